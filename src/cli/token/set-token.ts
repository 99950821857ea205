import { resolveSecret } from '../../credentials/resolve-secret.ts'
import { secretInFile } from '../../credentials/sources/file.ts'
import { type SecretInput, secretOnStdin } from '../../credentials/sources/stdin.ts'
import { datesOf } from '../../credentials/stored-secret.ts'
import { checkedSettings } from '../../settings/checked-settings.ts'
import type { SettingsInput } from '../../settings/read-settings.ts'
import { tokenSetSettings } from '../../settings/token-definitions.ts'
import { systemClock } from '../../shared/clock.ts'
import { UsageError } from '../../shared/errors.ts'
import { type KeptSecret, keepSecret } from './keep-secret.ts'
import { accountToKeep, assertBelongs, secretTargetFrom } from './secret-target.ts'

/** Takes a secret from a file or from stdin and keeps it. */
export async function setToken(
  word: string | undefined,
  input: SettingsInput & { readonly dataDir: string },
  stdin: SecretInput,
): Promise<KeptSecret> {
  const target = secretTargetFrom(word)
  const { values } = await checkedSettings(tokenSetSettings, input)
  const account = accountToKeep(target, values)
  const wayOut = `Redirect a file (auxot worker token set ${target} < FILE), or name it with --from-file.`
  const { fromFile } = values
  const found = await resolveSecret([
    fromFile === undefined || fromFile === '-'
      ? secretOnStdin(stdin, 'token set', wayOut)
      : secretInFile(fromFile, '--from-file'),
  ])
  if (!found) throw new UsageError('There is no secret to store', { hint: wayOut })
  assertBelongs(target, found.secret)
  const stored = { secret: found.secret, dates: datesOf(found.secret, systemClock.now(), { isNew: false }) }
  return keepSecret(account, stored, { ...values, dataDir: input.dataDir, env: input.env })
}
