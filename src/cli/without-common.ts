import { commonSettings } from '../settings/definitions.ts'
import type { Settings } from '../settings/setting.ts'

/** What a command understands beside what every command does. */
export function withoutCommon(table: Settings): Settings {
  return Object.fromEntries(Object.entries(table).filter(([name]) => !(name in commonSettings)))
}
