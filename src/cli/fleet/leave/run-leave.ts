import type { MemberRequest } from '../../../fleet/fleet-backend.ts'
import { runtimeDirFrom } from '../../../settings/environment.ts'
import type { SettingsInput } from '../../../settings/read-settings.ts'
import { systemClock } from '../../../shared/clock.ts'
import { type AuxotError, UsageError } from '../../../shared/errors.ts'
import { exitCodes } from '../../../shared/exit-codes.ts'
import { EngineDoor } from '../engine-door.ts'
import { Patience } from '../patience.ts'
import { warnOfVainLimit } from '../warn-of-vain-limit.ts'
import { type WorkersHere, workersHere } from '../workers-here.ts'
import { type Leaving, leaveOne } from './leave-one.ts'
import { leaveLine } from './leave-words.ts'
import { pickTargets, unknownWorkers } from './pick-targets.ts'
import { localTarget, memberTarget, type Target } from './target.ts'

/** Who is to leave, and how. */
export interface LeaveWish {
  /** `default-3`, `pid-1234` … */
  readonly ids: readonly string[]
  readonly request: MemberRequest
  readonly values: {
    readonly all: boolean
    readonly fleet: string | undefined
    readonly waitLeft: boolean
    readonly timeout: number
    readonly quiet: boolean
  }
}

/** What came of it. */
export interface LeaveOutcome {
  readonly leavings: readonly Leaving[]
  readonly waited: boolean
  /** Workers in containers were not looked at, for this reason. */
  readonly engineError: AuxotError | undefined
}

/** Lets workers leave, and gives the process its exit code. @throws UsageError before any was asked */
export async function runLeave(wish: LeaveWish, input: SettingsInput): Promise<LeaveOutcome> {
  const { ids, request, values } = wish
  assertSomebody(ids, values.all)
  warnOfVainLimit(input, values.waitLeft)
  await using door = new EngineDoor(input)
  const runtimeDir = runtimeDirFrom(input.env)
  const here = await workersHere({ engine: door.engine(), fleet: values.fleet, runtimeDir })
  const { engine } = here
  const targets = chosen(wish, here)
  const { timeout, waitLeft: wait } = values
  const limitMs = wait ? timeout : undefined
  using patience = new Patience({ limitMs, clock: systemClock, emitter: process, output: process.stdout })
  const onStep = (leaving: Leaving) => {
    if (!values.quiet || !leaving.accepted) tell(leaveLine(leaving))
  }
  const options = { request, wait, clock: systemClock, signal: patience.signal, onStep }
  const leavings = await Promise.all(targets.map((target) => leaveOne(target, options)))
  const cutShort = wait && leavings.some(({ accepted, left }) => accepted && !left) ? patience.ended : undefined
  const engineError = engine.kind === 'unusable' ? engine.error : undefined
  if (engineError) tell(`Warning: workers in containers were left out: ${engineError.message}.`)
  if (cutShort) tell(`Error: ${cutShort.message}; what leaves goes on leaving.`)
  // What called the waiting off goes first, then what kept a worker here.
  const exit = cutShort?.exit ?? leavings.find((leaving) => leaving.exit !== undefined)?.exit ?? 'done'
  process.exitCode = exitCodes[exit].code
  return { leavings, waited: wait, engineError }
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

function assertSomebody(ids: readonly string[], all: boolean): void {
  if (all && ids.length > 0) throw new UsageError('Workers are named and --all is given', { hint: 'Give one of them.' })
  if (all || ids.length > 0) return
  throw new UsageError('No worker is named', {
    hint: 'Name workers as "auxot worker status" lists them, default-3 or pid-1234, or give --all.',
  })
}

/** @throws UsageError where a name stands for none; AuxotError of the engine where it may be one in a container */
function chosen({ ids, values }: LeaveWish, here: WorkersHere): readonly Target[] {
  const { engine } = here
  const targets = targetsHere(here)
  if (values.all) {
    if (engine.kind === 'unusable' && engine.isNamed) throw engine.error
    return targets.filter(({ state }) => state !== 'stopped')
  }
  const { picked, unknown } = pickTargets(ids, targets)
  if (unknown.length === 0) return picked
  throw engine.kind === 'unusable' ? engine.error : unknownWorkers(unknown, targets)
}

function targetsHere({ local, fleets, engine }: WorkersHere): readonly Target[] {
  const members = fleets.flatMap((fleet) => fleet.members)
  const inside = engine.kind === 'open' ? members.map((member) => memberTarget(member, engine.fleets)) : []
  return [...inside, ...local.map(localTarget)]
}
