import { logLevels } from '../shared/log-level.ts'
import { claudeSettings, commonSettings, connectionSettings, servingSettings } from './definitions.ts'
import { byteSize, cpuCount, fleetName, imageName, nameValuePairs, pastMoment, waitCondition } from './fleet-kinds.ts'
import { choice, duration, integer, listenAddress, onOff, path, routerUrl, text } from './kinds.ts'
import { optional, withDefault } from './setting.ts'

const fleet = withDefault({
  flag: 'fleet',
  kind: fleetName,
  default: 'default',
  summary: 'which of the fleets on this host',
})

const timeout = withDefault({
  flag: 'timeout',
  key: false,
  kind: duration({ min: 1 }),
  default: '5m',
  summary: 'how long to wait; then exit code 124, and what was begun goes on by itself',
})

const image = optional({
  flag: 'image',
  kind: imageName,
  summary: "the workers' image; auxot-worker with this auxot's version when absent",
})

/** What an image is built with. */
const buildSettings = {
  buildArgs: optional({
    flag: 'build-arg',
    kind: nameValuePairs,
    multiple: true,
    summary: 'argument of the Dockerfile, such as BASE_IMAGE or NPM_CONFIG_REGISTRY; can be given again',
  }),
  caFile: optional({
    flag: 'ca-file',
    kind: path,
    summary:
      'file with certificate authorities (PEM) to trust too, when building and for the router; the file of NODE_EXTRA_CA_CERTS when absent',
  }),
}

/** Everything `auxot worker image` understands. */
export const imageSettings = { image, ...buildSettings, ...commonSettings }

/** What each worker in a container is given of its host. */
const containerSettings = {
  memory: withDefault({
    flag: 'memory',
    kind: byteSize({ min: 256 * 1_024 ** 2 }),
    default: '2g',
    summary: "a worker's limit of memory",
  }),
  cpus: withDefault({ flag: 'cpus', kind: cpuCount, default: '1', summary: "a worker's share of processors" }),
  pidsLimit: withDefault({
    flag: 'pids-limit',
    kind: integer({ min: 64, max: 1_000_000 }),
    default: '512',
    summary: "a worker's limit of processes and threads",
  }),
  network: withDefault({
    flag: 'network',
    kind: text('NAME'),
    default: 'bridge',
    summary: 'the network that workers are in; host shares that of the host',
  }),
  workerLogLevel: withDefault({
    flag: 'worker-log-level',
    kind: choice(logLevels),
    default: 'info',
    summary: 'what the workers log',
  }),
}

/** What a worker in a container does differently unless told otherwise. */
const inContainers = {
  healthAddr: withDefault({ ...servingSettings.healthAddr, kind: listenAddress, default: '9464' }),
  user: withDefault({ ...servingSettings.user, kind: text('NAME'), default: 'auxot' }),
  onAuthFailure: withDefault({ ...servingSettings.onAuthFailure, default: 'hold' }),
}

// The program is the image's own, and without its secrets' volume every worker leaves.
const { claudePath: _, leaveWithout: __, ...fromHost } = { ...claudeSettings, ...servingSettings }

/** The settings of a worker that a fleet passes on. */
export const passedSettings = { ...fromHost, ...inContainers }

/** Everything `auxot worker scale` understands. */
export const scaleSettings = {
  fleet,
  backend: withDefault({ flag: 'backend', kind: choice(['docker']), default: 'docker', summary: 'where workers run' }),
  dryRun: withDefault({
    flag: 'dry-run',
    key: false,
    kind: onOff,
    default: 'false',
    summary: 'print the plan and change nothing',
  }),
  wait: withDefault({
    flag: 'wait',
    key: false,
    kind: onOff,
    default: 'true',
    summary: 'wait until the router has accepted the new workers and the others have left',
  }),
  timeout,
  lockWait: withDefault({
    flag: 'lock-wait',
    kind: duration(),
    default: '60s',
    summary: 'how long to wait for somebody else who changes the same fleet',
  }),
  recreate: withDefault({
    flag: 'recreate',
    kind: choice(['auto', 'never', 'always']),
    default: 'auto',
    summary: 'which workers are replaced: those that differ from what is wanted, none, or all',
  }),
  drainBusy: withDefault({
    flag: 'drain-busy',
    kind: onOff,
    default: 'true',
    summary: 'let busy workers finish and leave where no idle ones are left to leave',
  }),
  image,
  pull: withDefault({
    flag: 'pull',
    key: false,
    kind: onOff,
    default: 'false',
    summary: 'fetch the image from its registry first',
  }),
  ...buildSettings,
  ...containerSettings,
  ...connectionSettings,
  ...passedSettings,
  ...commonSettings,
}

/** Everything `auxot worker status` understands. */
export const statusSettings = {
  fleet: optional({ ...fleet, flag: 'fleet', kind: fleetName, summary: 'only the workers of this fleet' }),
  routerUrl: optional({
    flag: 'router-url',
    kind: routerUrl,
    summary: 'the router whose totals are shown; that of the workers when absent',
  }),
  watch: withDefault({
    flag: 'watch',
    key: false,
    kind: onOff,
    default: 'false',
    summary: 'show it again and again: in place on a terminal, else as lines or JSON documents',
  }),
  waitFor: optional({
    flag: 'wait',
    env: 'AUXOT_WAIT_FOR',
    key: false,
    kind: waitCondition,
    summary: 'wait until at least so many workers are ready, all are idle, or exactly so many are there',
  }),
  timeout,
  ...commonSettings,
}

const all = withDefault({
  flag: 'all',
  key: false,
  kind: onOff,
  default: 'false',
  summary: 'every worker that is found',
})

const awaitsLeaving = withDefault({
  flag: 'wait',
  key: false,
  kind: onOff,
  default: 'false',
  summary: 'wait until the workers have left',
})

const someWorkers = { all, fleet: statusSettings.fleet, waitLeft: awaitsLeaving, timeout }

/** Everything `auxot worker drain` understands. */
export const drainSettings = {
  ifIdle: withDefault({
    flag: 'if-idle',
    key: false,
    kind: onOff,
    default: 'false',
    summary: 'only workers without a job in hand; the others stay, which is exit code 3',
  }),
  ...someWorkers,
  ...commonSettings,
}

/** Everything `auxot worker stop` understands. */
export const stopSettings = {
  force: withDefault({
    flag: 'force',
    key: false,
    kind: onOff,
    default: 'false',
    summary: 'cancel the jobs in hand instead of finishing them',
  }),
  ...someWorkers,
  ...commonSettings,
}

/** Everything `auxot worker logs` understands. */
export const logsSettings = {
  follow: withDefault({
    flag: 'follow',
    char: 'f',
    key: false,
    kind: onOff,
    default: 'false',
    summary: 'go on with what is logged from now on',
  }),
  since: optional({
    flag: 'since',
    key: false,
    kind: pastMoment,
    summary: 'only what was logged since then: 10m, or a moment as in 2026-01-31T12:00:00Z',
  }),
  fleet: statusSettings.fleet,
  ...commonSettings,
}
