import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Account } from '../../src/credentials/account.ts'
import { KeychainStore } from '../../src/credentials/keychain/keychain-store.ts'
import { KeychainUnavailableError } from '../../src/credentials/keychain/keychain-unavailable-error.ts'
import type { StoredSecret } from '../../src/credentials/stored-secret.ts'
import { Secret } from '../../src/shared/secret.ts'
import { Keyring, type KeyringState, whyNoKeyring } from '../support/keyring.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-keychain-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const account: Account = { target: 'router', profile: 'router.example.com:8443' }
const stored: StoredSecret = {
  secret: new Secret('adm_canary_0123456789', 'stdin'),
  dates: { storedAtMs: 1_800_000_000_000, issuedAtMs: undefined, expiresAtMs: 1_831_536_000_000 },
}

async function failure(work: Promise<unknown>): Promise<KeychainUnavailableError> {
  const error: unknown = await work.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(KeychainUnavailableError)
  expect(`${error} ${(error as KeychainUnavailableError).hint}`).not.toContain('canary')
  return error as KeychainUnavailableError
}

describe.skipIf(whyNoKeyring)('a keychain', () => {
  it('that is unlocked keeps a secret with its dates, names it, and forgets it', async () => {
    await using keyring = await Keyring.open('unlocked')
    const store = new KeychainStore(folder, keyring.env)
    await store.set(account, stored)
    // Another process, as the next command is.
    const again = new KeychainStore(folder, keyring.env)
    const found = await again.get(account)
    expect(found?.secret.reveal()).toBe('adm_canary_0123456789')
    expect(found?.secret.source).toBe('keychain (auxot, router@router.example.com:8443)')
    expect(found?.dates).toEqual(stored.dates)
    expect(await again.accounts()).toEqual([account])
    expect(await again.remove(account)).toBe(true)
    expect(await again.get(account)).toBeUndefined()
    expect([await again.accounts(), await again.remove(account)]).toEqual([[], false])
  })

  it.each<[KeyringState, RegExp]>([
    ['locked', /^The keychain cannot be used/],
    ['hung', /^The keychain cannot be used: it did not answer within 3 s$/],
    ['absent', /^The keychain cannot be used: .*org\.freedesktop\.secrets/],
  ])('that is %s takes nothing and leaves no trace', async (state, sentence) => {
    await using keyring = await Keyring.open(state)
    const store = new KeychainStore(folder, keyring.env)
    const error = await failure(store.set(account, stored))
    expect(error.message).toMatch(sentence)
    expect({ exit: error.exitCode, ways: error.hint?.split('\n').length }).toEqual({ exit: 6, ways: 3 })
    expect(await store.accounts()).toEqual([])
  })

  it('that was locked meanwhile says so instead of having no secret', async () => {
    await using open = await Keyring.open('unlocked')
    await new KeychainStore(folder, open.env).set(account, stored)
    await using locked = await Keyring.open('locked')
    const error = await failure(new KeychainStore(folder, locked.env).get(account))
    expect(error.message).toBe(
      'The keychain cannot be used for router@router.example.com:8443: it does not hand out what was stored; it is locked, or somebody removed it',
    )
  })
})

it('a keychain without a session bus is not even tried', async () => {
  const store = new KeychainStore(folder, { PATH: process.env.PATH, XDG_RUNTIME_DIR: folder })
  const error = await failure(store.set(account, stored))
  if (process.platform === 'linux') expect(error.message).toBe('The keychain cannot be used: there is no D-Bus session')
})

it('a keychain that was never given anything is not woken', async () => {
  // Whoever connected there would be refused, and say so.
  const store = new KeychainStore(folder, { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' })
  expect([await store.get(account), await store.accounts()]).toEqual([undefined, []])
})
