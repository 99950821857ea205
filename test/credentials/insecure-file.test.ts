import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Account } from '../../src/credentials/account.ts'
import { datesOf } from '../../src/credentials/stored-secret.ts'
import { InsecureFileStore } from '../../src/credentials/stores/insecure-file-store.ts'
import { UsageError } from '../../src/shared/errors.ts'
import { Secret } from '../../src/shared/secret.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-insecure-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const account: Account = { target: 'claude', profile: 'router.example.com:8443' }
const secret = new Secret('sk-ant-oat01-canary', 'stdin')
const stored = { secret, dates: datesOf(secret, 1_800_000_000_000, { isNew: true }) }
const files = () => join(folder, 'insecure-secrets')

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

it('an insecure file is for its owner only, also where its folder was open to others', async () => {
  mkdirSync(files(), { mode: 0o755 })
  const store = new InsecureFileStore(folder)
  await store.set(account, stored)
  expect([modeOf(files()), ...readdirSync(files()).map((name) => modeOf(join(files(), name)))]).toEqual(['700', '600'])
})

it('an insecure file keeps a secret with its dates, names it, and forgets it', async () => {
  const store = new InsecureFileStore(folder)
  expect([await store.get(account), await store.accounts(), await store.remove(account)]).toEqual([
    undefined,
    [],
    false,
  ])
  await store.set(account, stored)
  const found = await store.get(account)
  expect([found?.secret.reveal(), found?.secret.source]).toEqual([
    'sk-ant-oat01-canary',
    `insecure file ${join(files(), 'claude%40router.example.com%3A8443.json')}`,
  ])
  expect(found?.dates).toEqual(stored.dates)
  expect(await store.accounts()).toEqual([account])
  expect([await store.remove(account), readdirSync(files())]).toEqual([true, []])
})

it('an insecure file that others can read, or that is not ours, is refused without a word of it', async () => {
  const store = new InsecureFileStore(folder)
  await store.set(account, stored)
  const file = join(files(), `${readdirSync(files())[0]}`)
  chmodSync(file, 0o644)
  await expect(store.get(account)).rejects.toThrow(`${file}: can be read by other users of this machine`)
  writeFileSync(file, 'canary', { mode: 0o600 })
  chmodSync(file, 0o600)
  const error: unknown = await store.get(account).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UsageError)
  expect(`${error}`).toContain('was not written by auxot')
  expect(`${error}`).not.toContain('canary')
})
