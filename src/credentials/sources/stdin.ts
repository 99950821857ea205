import { UsageError } from '../../shared/errors.ts'
import type { Secret } from '../../shared/secret.ts'
import { largestSecretBytes, secretFrom, tooLarge } from '../check-secret.ts'
import type { SecretSource } from '../resolve-secret.ts'

/** What is read of stdin. */
export interface SecretInput extends AsyncIterable<unknown> {
  readonly isTTY?: boolean
}

/** Stdin, read to its end. `setting` is who named it: `--key-file -`. */
export function secretOnStdin(
  stdin: SecretInput,
  setting: string,
  wayOut = `Redirect a file: ${setting} - < FILE`,
): SecretSource {
  return {
    find: async () => ({
      secret: await readStdin(stdin, setting, wayOut),
      from: setting.startsWith('--') ? 'flag' : 'file',
    }),
  }
}

async function readStdin(stdin: SecretInput, setting: string, wayOut: string): Promise<Secret> {
  const source = `${setting} (stdin)`
  if (stdin.isTTY) {
    throw new UsageError(`${source}: stdin is a terminal, and what is typed there can be seen`, {
      hint: wayOut,
    })
  }
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.length > largestSecretBytes + 2) throw tooLarge(source)
  }
  return secretFrom(text, source)
}
