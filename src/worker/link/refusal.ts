import { AuxotError } from '../../shared/errors.ts'
import type { Secret } from '../../shared/secret.ts'

/** The router does not accept the worker's key. Trying again changes nothing. */
export class KeyRefusedError extends AuxotError {
  constructor(key: Secret, said: string) {
    const mistake = key.reveal().startsWith('rtr_')
      ? ' It starts with "rtr_": that is the key of an API caller, and a worker key ("adm_…" or "gpu_…") belongs here.'
      : ''
    super(
      `The router refused the worker key ${key.masked()} (source: ${key.source}): ${said.replace(/\.+$/, '')}.${mistake}`,
      {
        code: 'AUTH_REFUSED',
        exit: 'refused',
        hint: 'Copy a worker key from the router, and give it in a file (--key-file, AUXOT_GPU_KEY_FILE) or in AUXOT_GPU_KEY.',
      },
    )
  }
}

const failedAuthentication = [
  /unauthori[sz]ed|not authori[sz]ed|forbidden|authenticat|(?:access|permission) denied/i,
  /\b(?:invalid|unknown|revoked|expired|bad|wrong|incorrect|missing|disabled|unrecogni[sz]ed|no such)\b.{0,30}\b(?:keys?|tokens?|credentials?)\b/i,
  /\b(?:key|token|credentials?)\b.{0,40}\b(?:invalid|unknown|revoked|expired|disabled|denied|rejected|not (?:found|valid|known|recogni[sz]ed|accepted))\b/i,
]
/** A router that could not check the key has not refused it. */
const temporary = /timed?[ -]?out|unavailable|temporar|internal|database|overload|too many|rate.?limit/i

/** Whether a router's words say that the key is not accepted, in any wording. */
export function isAuthenticationFailure(words: string): boolean {
  return failedAuthentication.some((wording) => wording.test(words)) && !temporary.test(words)
}

const longestQuote = 300

/** Somebody else's words, fit for our messages: one line, bounded, no control characters, without the key. */
export function quoted(words: string, key: Secret): string {
  const clean = words
    .replaceAll(key.reveal() || '\0', key.masked())
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  return clean.length > longestQuote ? `${clean.slice(0, longestQuote)}…` : clean
}
