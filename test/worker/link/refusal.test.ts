import { describe, expect, test } from 'vitest'
import { Secret } from '../../../src/shared/secret.ts'
import { isAuthenticationFailure, KeyRefusedError, quoted } from '../../../src/worker/link/refusal.ts'

const key = new Secret('adm_0123456789abcdefghijklmnop', '--key-file /run/secrets/key')

describe('words that mean the key is not accepted', () => {
  test.each([
    'invalid GPU key',
    'Invalid API key: no such key',
    'unknown worker key',
    'key revoked',
    'The key has been revoked',
    'this key is not valid',
    'key not found',
    'credentials rejected',
    'expired token',
    'Unauthorized',
    'unauthorised',
    'not authorized',
    'forbidden',
    'access denied',
    'authentication failed',
    'could not authenticate worker',
    'Authentication required',
    'missing gpu key',
    'no such key',
  ])('%s', (words) => expect(isAuthenticationFailure(words)).toBe(true))
})

describe('words that mean something else', () => {
  test.each([
    '',
    'no capacity',
    'internal error',
    'internal error: could not check the key: unknown token type',
    'authentication service unavailable',
    'authentication timed out',
    'authentication time-out',
    'too many workers for this key',
    'invalid message',
    'unknown message type',
    'router is shutting down',
    'provider disabled',
    'database: key lookup denied',
  ])('%s', (words) => expect(isAuthenticationFailure(words)).toBe(false))
})

describe('the error of a refused key', () => {
  test('names the source of the key and its masked value, with the exit code of a refusal', () => {
    const error = new KeyRefusedError(key, 'invalid GPU key')
    expect({ ...error, message: error.message, exitCode: error.exitCode }).toMatchObject({
      code: 'AUTH_REFUSED',
      exitCode: 4,
      retryable: false,
      message:
        'The router refused the worker key adm_0123…mnop (source: --key-file /run/secrets/key): invalid GPU key.',
      hint: 'Copy a worker key from the router, and give it in a file (--key-file, AUXOT_GPU_KEY_FILE) or in AUXOT_GPU_KEY.',
    })
  })

  test('names the mistake of giving a caller key', () => {
    const error = new KeyRefusedError(new Secret('rtr_0123456789abcdefghijklmnop', 'AUXOT_GPU_KEY'), 'unknown key')
    expect(error.message).toBe(
      'The router refused the worker key rtr_0123…mnop (source: AUXOT_GPU_KEY): unknown key.' +
        ' It starts with "rtr_": that is the key of an API caller, and a worker key ("adm_…" or "gpu_…") belongs here.',
    )
  })
})

describe("a router's words in our messages", () => {
  test('never hold the key', () => {
    expect(quoted(`no worker has ${key.reveal()}`, key)).toBe('no worker has adm_0123…mnop')
  })

  test('are one line without control characters', () => {
    expect(quoted(' go\u001b[31m away\r\nnow\u202e ', key)).toBe('go [31m away now')
  })

  test('are cut when they are long', () => {
    expect(quoted('x'.repeat(10_000), key)).toBe(`${'x'.repeat(300)}…`)
  })
})
