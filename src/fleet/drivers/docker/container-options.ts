import type { ContainerCreateOptions } from 'dockerode'
import { canonicalJson } from '../../../shared/canonical-json.ts'
import { configHash } from '../../config-hash.ts'
import { madeFrom } from '../../made-from.ts'
import type { WorkerSpec } from '../../worker-spec.ts'
import { labels, workerName } from './names.ts'

/** Where a worker finds its secrets. */
export const secretsFolder = '/run/secrets'
/** Where a worker in a container has its control socket. */
const runtimeFolder = '/run/auxot'
/** The user that a worker becomes; made in the image. */
const workerUserId = 10_001

/**
 * How a worker's container is made. It begins as root with just the capabilities that becoming another user takes, and KILL: the init
 * process stays root, and could not pass a stop signal on to the worker without it. The worker drops all of them with the change.
 */
export function containerOptions(
  spec: WorkerSpec,
  { slot, volume }: { readonly slot: number; readonly volume: string },
): ContainerCreateOptions {
  return {
    Image: spec.imageId,
    Hostname: workerName(spec.fleet, slot),
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: {
      [labels.managed]: 'true',
      [labels.fleet]: spec.fleet,
      [labels.slot]: `${slot}`,
      [labels.configHash]: configHash(spec),
      [labels.settings]: canonicalJson(madeFrom(spec).settings),
      [labels.version]: spec.version,
    },
    StopSignal: 'SIGTERM',
    StopTimeout: Math.ceil(spec.stopTimeoutMs / 1_000),
    HostConfig: {
      ...limits(spec),
      ...confinement,
      Mounts: [{ Type: 'volume', Source: volume, Target: secretsFolder }],
      RestartPolicy: { Name: 'unless-stopped' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      NetworkMode: spec.network,
      // Not where the network is the host's own: there it would be a line in the host's own file.
      ...(spec.network !== 'host' && { ExtraHosts: ['host.docker.internal:host-gateway'] }),
    },
  }
}

function limits({ limits: { memoryBytes, cpus, pids } }: WorkerSpec) {
  // No swap beyond the memory: what is in a worker's memory stays out of the host's swap space.
  return { Memory: memoryBytes, MemorySwap: memoryBytes, NanoCpus: Math.round(cpus * 1e9), PidsLimit: pids }
}

const confinement = {
  Init: true,
  ReadonlyRootfs: true,
  CapDrop: ['ALL'],
  CapAdd: ['SETUID', 'SETGID', 'KILL'],
  SecurityOpt: ['no-new-privileges'],
  Tmpfs: {
    // Programs may be run from there: it is where Claude Code's tools work.
    '/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=1g',
    [runtimeFolder]: `rw,noexec,nosuid,nodev,mode=0700,uid=${workerUserId},gid=${workerUserId},size=1m`,
  },
}
