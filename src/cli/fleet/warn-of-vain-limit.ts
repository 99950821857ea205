import type { SettingsInput } from '../../settings/read-settings.ts'

/** Says that a limit limits nothing: `--wait` may have been forgotten. One from the environment or a file is meant for other commands, too. */
export function warnOfVainLimit({ flags }: Pick<SettingsInput, 'flags'>, waits: boolean): void {
  if (waits || flags.timeout === undefined) return
  process.stderr.write('Warning: --timeout does nothing without --wait: it says for how long --wait waits.\n')
}
