import type Dockerode from 'dockerode'
import type { ContainerCreateOptions } from 'dockerode'

/** How containers have to be made for an engine to take them as they are meant. */
export type Fit = (options: ContainerCreateOptions) => ContainerCreateOptions

/** What an engine says of itself; Podman's is among its parts. */
interface EngineVersion {
  readonly Components?: readonly { readonly Name: string; readonly Version: string }[] | null
}

/** Podman's restart policy can be changed from here on. */
const changesRestartsSince = [5, 1] as const

/** What this engine wants otherwise than Docker. */
export async function fitFor(docker: Dockerode): Promise<Fit> {
  const { Components } = (await docker.version()) as EngineVersion
  const podman = Components?.find(({ Name }) => Name === 'Podman Engine')
  return podman ? (options) => forPodman(options, podman.Version) : (options) => options
}

function forPodman(options: ContainerCreateOptions, version: string): ContainerCreateOptions {
  const { HostConfig } = options
  return { ...options, HostConfig: { ...HostConfig, ...ownerless(HostConfig?.Tmpfs), ...restarts(version) } }
}

/** A tmpfs has no owner there, and so is of no use to a worker, which takes another place for its socket. */
function ownerless(tmpfs: Readonly<Record<string, string>> = {}) {
  return { Tmpfs: Object.fromEntries(Object.entries(tmpfs).filter(([, options]) => !/\buid=/.test(options))) }
}

/** Where the policy is for ever, a worker that leaves and says that all is well must not come back. */
function restarts(version: string) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [sinceMajor, sinceMinor] = changesRestartsSince
  const changes = major > sinceMajor || (major === sinceMajor && minor >= sinceMinor)
  return changes ? {} : { RestartPolicy: { Name: fixedPolicy } }
}

/** The restart policy of a container whose policy cannot be changed. */
export const fixedPolicy = 'on-failure'
