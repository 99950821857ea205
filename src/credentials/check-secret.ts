import { UsageError } from '../shared/errors.ts'
import { Secret } from '../shared/secret.ts'

/** Keys and tokens are a few hundred characters; more is some other file. */
export const largestSecretBytes = 16 * 1024

/** A secret out of a text: one trailing line break is trimmed; what cannot be a key or token is refused, without showing it. */
export function secretFrom(text: string, source: string): Secret {
  const value = text.replace(/\r?\n$/, '')
  if (value === '')
    throw new UsageError(`${source}: is empty`, { hint: 'Give the secret itself, or leave the setting out.' })
  if (Buffer.byteLength(value) > largestSecretBytes) throw tooLarge(source)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\s\u0000-\u001f\u007f]/.test(value)) {
    throw new UsageError(`${source}: holds a space or a line break, which no key has`, {
      hint: 'It must hold the secret and nothing else; one line break at the end is fine.',
    })
  }
  return new Secret(value, source)
}

/** What is refused unread. */
export function tooLarge(source: string): UsageError {
  return new UsageError(`${source}: is larger than ${largestSecretBytes / 1024} KiB, so it is no key or token`)
}
