import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Account, accountFrom, accountName } from '../../src/credentials/account.ts'
import { findClaudeCredential } from '../../src/credentials/claude-credential.ts'
import { KeychainStore } from '../../src/credentials/keychain/keychain-store.ts'
import type { StoredPlaces } from '../../src/credentials/sources/stored.ts'
import { datesOf } from '../../src/credentials/stored-secret.ts'
import { InsecureFileStore } from '../../src/credentials/stores/insecure-file-store.ts'
import { findWorkerKey } from '../../src/credentials/worker-key.ts'
import { Secret } from '../../src/shared/secret.ts'
import { Keyring, whyNoKeyring } from '../support/keyring.ts'

let folder: string
let file: InsecureFileStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-stored-'))
  file = new InsecureFileStore(folder)
})
afterEach(() => rmSync(folder, { recursive: true }))

const nowMs = 1_800_000_000_000

function put(store: Pick<InsecureFileStore, 'set'>, name: string, value: string): Promise<void> {
  const secret = new Secret(value, 'test')
  return store.set(accountFrom(name) as Account, { secret, dates: datesOf(secret, nowMs, { isNew: false }) })
}

async function keyFor(places: Partial<StoredPlaces>, env: Record<string, string> = {}) {
  const found = await findWorkerKey({ env, stdin: Readable.from([]), stored: { stores: [file], ...places } })
  return found && [found.secret.reveal(), found.from]
}

async function credentialFor(places: Partial<StoredPlaces>, env: Record<string, string> = {}) {
  const found = await findClaudeCredential(env, { stores: [file], ...places })
  return found && [found.secret.reveal(), found.from, found.kind, found.note]
}

describe('a stored worker key', () => {
  it('is taken for the router that it was stored for, and for no other', async () => {
    await put(file, 'router@one.example.com', 'key-one')
    await put(file, 'router@one.example.com:8443', 'key-two')
    await put(file, 'router@default', 'key-of-nobody')
    expect(await keyFor({ routerHost: 'one.example.com' })).toEqual(['key-one', 'insecure-file'])
    expect(await keyFor({ routerHost: 'one.example.com:8443' })).toEqual(['key-two', 'insecure-file'])
    expect(await keyFor({ routerHost: 'two.example.com' })).toBeUndefined()
    expect(await keyFor({})).toBeUndefined()
  })

  it('is that of the profile where one is named', async () => {
    await put(file, 'router@one.example.com', 'key-one')
    await put(file, 'router@work', 'key-of-work')
    expect(await keyFor({ routerHost: 'one.example.com', profile: 'work' })).toEqual(['key-of-work', 'insecure-file'])
    expect(await keyFor({ routerHost: 'one.example.com', profile: 'home' })).toBeUndefined()
  })

  it('gives way to everything that is nearer', async () => {
    await put(file, 'router@one.example.com', 'key-one')
    const places = { routerHost: 'one.example.com' }
    expect(await keyFor(places, { AUXOT_GPU_KEY: 'key-of-env' })).toEqual(['key-of-env', 'env'])
  })
})

describe('a stored Claude credential', () => {
  it("is the profile's, the router's, or the common one", async () => {
    await put(file, 'claude@default', 'sk-ant-oat01-common')
    await put(file, 'claude@one.example.com', 'sk-ant-oat01-one')
    const one = ['sk-ant-oat01-one', 'insecure-file', 'oauth-token', undefined]
    const common = ['sk-ant-oat01-common', 'insecure-file', 'oauth-token', undefined]
    expect(await credentialFor({ routerHost: 'one.example.com' })).toEqual(one)
    expect(await credentialFor({ routerHost: 'two.example.com' })).toEqual(common)
    expect(await credentialFor({ routerHost: 'two.example.com', profile: 'one.example.com' })).toEqual(one)
    expect(await credentialFor({})).toEqual(common)
  })

  it('may be an API key', async () => {
    await put(file, 'claude@default', 'sk-ant-api03-key')
    expect(await credentialFor({})).toEqual(['sk-ant-api03-key', 'insecure-file', 'api-key', undefined])
  })

  it('gives way to the environment, which says so where that costs money', async () => {
    await put(file, 'claude@default', 'sk-ant-oat01-common')
    expect(await credentialFor({}, { CLAUDE_CODE_OAUTH_TOKEN: 'near' })).toEqual([
      'near',
      'env',
      'oauth-token',
      undefined,
    ])
    expect(await credentialFor({}, { ANTHROPIC_API_KEY: 'near' })).toEqual([
      'near',
      'env',
      'api-key',
      "Claude's credential is the API key from ANTHROPIC_API_KEY, which bills the API. The stored one is not used: what is set in the environment goes first.",
    ])
  })
})

it.skipIf(whyNoKeyring)('the keychain goes before the insecure file', async () => {
  await using keyring = await Keyring.open('unlocked')
  const keychain = new KeychainStore(folder, keyring.env)
  await put(file, 'claude@default', 'sk-ant-oat01-plain')
  await put(keychain, 'claude@default', 'sk-ant-oat01-kept')
  const found = await credentialFor({ stores: [keychain, file] })
  expect(found?.slice(0, 2)).toEqual(['sk-ant-oat01-kept', 'keychain'])
})

it.each(['claude@default', 'router@one.example.com:8443', 'router@[::1]:80', 'router@a@b'])(
  'the name %s of an account leads back to it',
  (name) => {
    expect(accountName(accountFrom(name) as Account)).toBe(name)
  },
)
