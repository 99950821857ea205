import type { ContainerInspectInfo } from 'dockerode'
import type { WorkerReport } from '../../../protocol/control-answers.ts'
import type { MadeFrom } from '../../made-from.ts'
import { type FleetMember, memberStates } from '../../member.ts'
import { labels, successorName, workerName } from './names.ts'
import { fixedPolicy } from './podman-ways.ts'

/** A worker that has not opened its control socket after this long will not. */
const startLimitMs = 60_000
/** A container that was started so often again is in a loop, even where it runs just now. */
const mostRestarts = 2

/** A container and its worker's own words as a member of the fleet. */
export function memberFrom(info: ContainerInspectInfo, report: WorkerReport | undefined, nowMs: number): FleetMember {
  const { State, Config, HostConfig, Name } = info
  const fleet = Config.Labels[labels.fleet] ?? ''
  const slot = Number(Config.Labels[labels.slot])
  return {
    id: info.Id,
    name: workerName(fleet, slot),
    fleet,
    slot,
    ...standing(info, report, nowMs),
    configHash: Config.Labels[labels.configHash] ?? '',
    madeFrom: madeFromLabels(info),
    version: report?.version ?? Config.Labels[labels.version],
    isHalfMade: State.Status === 'created',
    isSuccessor: Name.slice(1) === successorName(fleet, slot),
    comesBack: ['unless-stopped', fixedPolicy].includes(HostConfig.RestartPolicy?.Name ?? ''),
    startedAt: State.Running ? begunAt(info) : undefined,
    report,
  }
}

/** Undefined where another auxot made it, or somebody else wrote there. */
function madeFromLabels({ Image: imageId, Config }: ContainerInspectInfo): MadeFrom | undefined {
  try {
    const settings = Object.entries(JSON.parse(Config.Labels[labels.settings] ?? '') as object)
    return { imageId, settings: Object.fromEntries(settings.map(([name, value]) => [name, `${value}`])) }
  } catch {
    return undefined
  }
}

/** When a container began whose start the engine has not seen to its end, because it was killed meanwhile. */
const never = '0001-01-01T00:00:00Z'

function begunAt({ State, Created }: ContainerInspectInfo): string {
  return State.StartedAt === never ? Created : State.StartedAt
}

type Standing = Pick<FleetMember, 'state' | 'reason'>

function standing(info: ContainerInspectInfo, report: WorkerReport | undefined, nowMs: number): Standing {
  const { State, RestartCount } = info
  if (State.Status === 'created') return { state: 'stopped', reason: 'its start was never finished' }
  if (State.Restarting) return { state: 'crash_loop', reason: `it ended with ${State.ExitCode} and is started again` }
  if (!State.Running) return { state: 'stopped', reason: endOf(State) }
  if (State.Paused) return { state: 'unhealthy', reason: 'its container is paused' }
  if (report) return ownWords(report, State.Health?.Status === 'unhealthy')
  if (RestartCount >= mostRestarts) return { state: 'crash_loop', reason: `it was started ${RestartCount} times again` }
  const isNew = nowMs - Date.parse(begunAt(info)) < startLimitMs
  return isNew ? { state: 'starting' } : { state: 'unhealthy', reason: 'it gives no answer' }
}

/** The worker's own state; a newer worker may have one that is not known here. */
function ownWords({ state, reason, until }: WorkerReport, isUnhealthy: boolean): Standing {
  const known = memberStates.find((each) => each === state)
  if (isUnhealthy) return { state: 'unhealthy', reason: 'its health check fails' }
  const why = reason ?? (until === undefined ? undefined : `until ${until}`)
  return { state: known ?? 'unhealthy', reason: known ? why : `it is in the state "${state}"` }
}

function endOf({ ExitCode, OOMKilled, Error: problem }: ContainerInspectInfo['State']): string {
  if (OOMKilled) return 'it was ended for want of memory'
  if (problem) return problem
  return ExitCode === 0 ? 'it has left' : `it ended with ${ExitCode}`
}
