import type Dockerode from 'dockerode'
import type { ContainerCreateOptions, HostConfig } from 'dockerode'

/** Makes of a container's options what an engine takes as it is meant. */
export type Fit = (options: ContainerCreateOptions) => Promise<ContainerCreateOptions>

/** What an engine says of itself; Podman's is among its parts. */
interface EngineVersion {
  readonly Components?: readonly { readonly Name: string; readonly Version: string }[] | null
}

/** Podman's restart policy can be changed from here on. */
const changesRestartsSince = [5, 1] as const
/** Podman knows what Docker calls the host from here on. */
const knowsHostSince = [5, 0] as const

/** What this engine wants otherwise than Docker. */
export async function fitFor(docker: Dockerode): Promise<Fit> {
  const { Components } = (await docker.version()) as EngineVersion
  const podman = Components?.find(({ Name }) => Name === 'Podman Engine')
  return podman ? (options) => forPodman(options, podman.Version, docker) : async (options) => options
}

async function forPodman(
  options: ContainerCreateOptions,
  version: string,
  docker: Dockerode,
): Promise<ContainerCreateOptions> {
  const { HostConfig: host = {} } = options
  const restarts = isSince(version, changesRestartsSince) ? {} : { RestartPolicy: { Name: fixedPolicy } }
  const hosts = isSince(version, knowsHostSince) ? {} : await namedHosts(host, docker)
  return { ...options, HostConfig: { ...host, ...ownerless(host), ...restarts, ...hosts } }
}

/** A tmpfs has no owner there, and so is of no use to a worker, which takes another place for its socket. */
function ownerless({ Tmpfs = {} }: HostConfig): Pick<HostConfig, 'Tmpfs'> {
  return { Tmpfs: Object.fromEntries(Object.entries(Tmpfs).filter(([, options]) => !/\buid=/.test(options))) }
}

/** The host is reached through the gateway of the container’s network. One that is not there is told of when the container is made. */
async function namedHosts({ ExtraHosts, NetworkMode }: HostConfig, docker: Dockerode): Promise<Partial<HostConfig>> {
  if (!ExtraHosts || !NetworkMode) return {}
  const network = await docker
    .getNetwork(NetworkMode)
    .inspect()
    .catch(() => undefined)
  const gateway = network?.IPAM?.Config?.[0]?.Gateway
  return gateway === undefined
    ? {}
    : { ExtraHosts: ExtraHosts.map((each: string) => each.replace(/host-gateway$/, gateway)) }
}

function isSince(version: string, [sinceMajor, sinceMinor]: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor)
}

/**
 * The restart policy of a container whose policy cannot be changed: a worker that leaves and says that all is well must not come back.
 */
export const fixedPolicy = 'on-failure'
