import type { SettingsInput } from '../../settings/read-settings.ts'

/** Where a command's settings and secrets come from. */
export type CommandInput = SettingsInput & { readonly dataDir: string }
