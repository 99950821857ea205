import { checkedSettings } from '../../../settings/checked-settings.ts'
import { drainSettings, stopSettings } from '../../../settings/fleet-definitions.ts'
import type { SettingsInput } from '../../../settings/read-settings.ts'
import type { LeaveWish } from './run-leave.ts'

/** What `auxot worker drain` is to do. */
export async function drainWish(ids: readonly string[], input: SettingsInput): Promise<LeaveWish> {
  const { values } = await checkedSettings(drainSettings, input)
  return { ids, request: { op: 'drain', ...(values.ifIdle && { ifIdle: true }) }, values }
}

/** What `auxot worker stop` is to do. */
export async function stopWish(ids: readonly string[], input: SettingsInput): Promise<LeaveWish> {
  const { values } = await checkedSettings(stopSettings, input)
  return { ids, request: { op: 'stop', ...(values.force && { force: true }) }, values }
}
