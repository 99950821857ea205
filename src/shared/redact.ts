import type { Secret } from './secret.ts'

/** Shapes of keys and tokens that are hidden even when nobody told us their value. */
const keyShapes = /\b(?:sk-ant-[\w-]{8,}|(?:adm|gpu|rtr)[_.][\w.-]{12,})/g

/** Replaces known secret values, and everything that looks like one, by `[redacted]`. */
export function createRedactor(secrets: readonly Secret[]): (text: string) => string {
  // Very short values would punch holes into ordinary words.
  const values = secrets.map((secret) => secret.reveal()).filter((value) => value.length >= 6)
  return (text) => {
    let clean = text
    for (const value of values) clean = clean.replaceAll(value, '[redacted]')
    return clean.replace(keyShapes, '[redacted]')
  }
}
