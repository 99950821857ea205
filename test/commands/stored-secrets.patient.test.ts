import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Account, accountFrom } from '../../src/credentials/account.ts'
import { KeychainStore } from '../../src/credentials/keychain/keychain-store.ts'
import { datesOf } from '../../src/credentials/stored-secret.ts'
import { startDevRouter } from '../../src/dev/dev-router.ts'
import { startEchoModel } from '../../src/dev/echo-model.ts'
import { Secret } from '../../src/shared/secret.ts'
import { claudeProgram, inventedToken } from '../support/claude-program.ts'
import { Keyring, whyNoKeyring } from '../support/keyring.ts'
import { runAuxot, startAuxot } from '../support/run-auxot.ts'

const program = claudeProgram()

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'auxot-data-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

async function keep(keyring: Keyring, name: string, value: string): Promise<void> {
  const secret = new Secret(value, 'test')
  const stored = { secret, dates: datesOf(secret, Date.now(), { isNew: true }) }
  await new KeychainStore(dataDir, keyring.env).set(accountFrom(name) as Account, stored)
}

describe.skipIf(!program || whyNoKeyring)('secrets in the keychain', () => {
  it('are all that a worker needs', async () => {
    await using keyring = await Keyring.open('unlocked')
    await using router = await startDevRouter({ dialect: 'public' })
    await using model = await startEchoModel()
    await keep(keyring, `router@${new URL(router.httpUrl).host}`, router.workerKey)
    await keep(keyring, 'claude@default', inventedToken)
    const env = { ...keyring.env, AUXOT_DATA_DIR: dataDir, CLAUDE_PATH: `${program}`, ANTHROPIC_BASE_URL: model.url }
    await using worker = startAuxot(['worker', 'start', '--router-url', router.httpUrl, '--once'], { env })
    await router.ready()
    const job = router.submit({ messages: [{ role: 'user', content: 'Good morning' }] })
    expect(await job.done).toMatchObject({ message: { full_response: 'Echo: Good morning' } })
    expect(model.requests[0]?.headers.authorization).toBe(`Bearer ${inventedToken}`)
    const { code, stdout, stderr } = await worker.ended
    expect(code).toBe(0)
    expect(stdout + stderr).not.toContain(inventedToken)
    expect(stdout + stderr).not.toContain(router.workerKey)
  })

  it('let auxot dev answer through the real model service', async () => {
    await using keyring = await Keyring.open('unlocked')
    await using model = await startEchoModel()
    await keep(keyring, 'claude@work', inventedToken)
    const env = { ...keyring.env, AUXOT_DATA_DIR: dataDir, CLAUDE_PATH: `${program}`, ANTHROPIC_BASE_URL: model.url }
    const { code, stdout } = await runAuxot(['dev', '--prompt', 'Hi', '--profile', 'work', '--quiet'], { env })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Echo: Hi\n' })
    expect(model.requests[0]?.headers.authorization).toBe(`Bearer ${inventedToken}`)
  })

  it('that do not come out end a worker with 6 and the ways out', async () => {
    await using keyring = await Keyring.open('unlocked')
    await keep(keyring, 'router@localhost', 'adm_canary_0123456789')
    const env = { AUXOT_DATA_DIR: dataDir, CLAUDE_PATH: `${program}`, CLAUDE_CODE_OAUTH_TOKEN: inventedToken }
    const { code, stdout, stderr } = await runAuxot(['worker', 'start', '--router-url', 'localhost'], { env })
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toMatch(/^Error: The keychain cannot be used: there is no D-Bus session\.\n( {2}.+\n){3}$/)
  })
})
