import type { RouterAddress } from '../../../protocol/router-url.ts'
import { askHealth } from '../../../router/router-client.ts'
import { checkedSettings } from '../../../settings/checked-settings.ts'
import { proxyFrom, runtimeDirFrom } from '../../../settings/environment.ts'
import { statusSettings } from '../../../settings/fleet-definitions.ts'
import type { WaitCondition } from '../../../settings/fleet-kinds.ts'
import type { SettingsInput } from '../../../settings/read-settings.ts'
import type { ValuesOf } from '../../../settings/setting.ts'
import { systemClock } from '../../../shared/clock.ts'
import { exitCodes } from '../../../shared/exit-codes.ts'
import { auxotVersion } from '../../../shared/version.ts'
import { EngineDoor } from '../engine-door.ts'
import { Patience } from '../patience.ts'
import { warnOfVainLimit } from '../warn-of-vain-limit.ts'
import { chooseDisplay } from './choose-display.ts'
import { type Observation, observe } from './observe.ts'
import type { StatusDocument } from './status-document.ts'
import { isBlind, statusExit } from './status-exit.ts'
import { statusTaker } from './take-status.ts'

/** Looks at router and workers once, until something holds, or until nobody wants to see it any more. */
export async function runStatus(input: SettingsInput): Promise<void> {
  const { values } = await checkedSettings(statusSettings, input)
  const { watch, waitFor, timeout, fleet } = values
  warnOfVainLimit(input, waitFor !== undefined)
  await using door = new EngineDoor(input)
  const isOnce = !watch && waitFor === undefined
  const sources = () => ({ ...sourcesFrom(values, input), engine: door.engine() })
  const take = statusTaker({ sources, isOnce, clock: systemClock, fleet, version: auxotVersion() })
  const isEnough = waitFor ? await untilHolds(waitFor, door) : () => isOnce
  const limitMs = waitFor && timeout
  using patience = new Patience({ limitMs, clock: systemClock, emitter: process, output: process.stdout })
  const display = await chooseDisplay(values, input.env)
  const last = await shown({ take, display, isEnough, hurries: !watch, clock: systemClock }, patience)
  const { ended } = patience
  const waits = waitFor !== undefined
  if (!last && ended && waits) throw ended
  process.exitCode = exitCodes[statusExit({ last, ended, waits, isEngineNamed: door.isNamed })].code
}

/** Whatever happens, the display comes to its end: a terminal may have to be put back. */
async function shown(observation: Observation, patience: Patience): Promise<StatusDocument | undefined> {
  let last: StatusDocument | undefined
  try {
    last = await observe(observation, patience.signal)
    return last
  } finally {
    observation.display.end(last, patience.ended)
  }
}

function sourcesFrom({ fleet, routerUrl }: ValuesOf<typeof statusSettings>, { env }: SettingsInput) {
  const proxy = proxyFrom(env)
  const askRouter = (address: RouterAddress) => askHealth(address, { proxy })
  return { fleet, routerUrl, runtimeDir: runtimeDirFrom(env), askRouter }
}

/** Nothing holds as long as there may be workers in an engine that was named and cannot be asked. */
async function untilHolds(condition: WaitCondition, { isNamed }: EngineDoor) {
  const { holds } = await import('./wait-condition.ts')
  return (document: StatusDocument) => holds(condition, document) && !(isNamed && isBlind(document))
}
