import type { FoundSecret } from '../../credentials/resolve-secret.ts'
import type { SecretInput } from '../../credentials/sources/stdin.ts'
import { checkedSettings } from '../../settings/checked-settings.ts'
import type { SettingsInput } from '../../settings/read-settings.ts'
import { tokenPrintSettings } from '../../settings/token-definitions.ts'
import { UsageError } from '../../shared/errors.ts'
import { findSecret } from './find-secret.ts'
import { secretTargetFrom } from './secret-target.ts'

/** The secret that is to be printed, where printing it is allowed. */
export async function secretToPrint(
  word: string | undefined,
  input: SettingsInput,
  { stdin, isTerminal }: { readonly stdin: SecretInput; readonly isTerminal: boolean },
): Promise<{ target: string; found: FoundSecret }> {
  const target = secretTargetFrom(word)
  const settings = await checkedSettings(tokenPrintSettings, input)
  if (isTerminal && !settings.values.reveal) {
    throw new UsageError('stdout is a terminal, where a secret stays on the screen', {
      hint: 'Redirect it into a file or a pipe, or give --reveal.',
    })
  }
  const found = await findSecret(target, input, settings, stdin)
  if (found) return { target, found }
  throw new UsageError(target === 'claude' ? 'There is no Claude credential' : 'There is no worker key', {
    hint: 'See "auxot worker token status" for where one was looked for.',
  })
}
