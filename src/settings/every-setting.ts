import { workerSettings } from './definitions.ts'
import { devSettings } from './dev-definitions.ts'
import {
  drainSettings,
  imageSettings,
  logsSettings,
  scaleSettings,
  statusSettings,
  stopSettings,
} from './fleet-definitions.ts'
import { tokenSettings } from './token-definitions.ts'

/** Everything that the commands for fleets understand, together. */
export const fleetSettings = {
  ...imageSettings,
  ...statusSettings,
  ...stopSettings,
  ...drainSettings,
  ...logsSettings,
  ...scaleSettings,
}

/** Every setting of every command, once. */
export const everySetting = { ...fleetSettings, ...tokenSettings, ...devSettings, ...workerSettings }
