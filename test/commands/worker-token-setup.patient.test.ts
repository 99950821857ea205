import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEchoModel } from '../../src/dev/echo-model.ts'
import { AuxotOnTerminal } from '../support/auxot-on-terminal.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { FakeSetup } from '../support/fake-setup.ts'
import { readDocument } from '../support/json-documents.ts'
import { Keyring, whyNoKeyring } from '../support/keyring.ts'
import { runAuxot } from '../support/run-auxot.ts'

const program = claudeProgram()
const token = `sk-ant-oat01-${'Canary_0123456789-'.repeat(5)}wxyz`

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'auxot-setup-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

/** Runs the command and goes through the sign-in. */
async function signIn(argv: readonly string[], env: Readonly<Record<string, string>>) {
  await using auxot = new AuxotOnTerminal(['worker', 'token', ...argv], { AUXOT_DATA_DIR: dataDir, ...env })
  await auxot.shows('Paste code here')
  auxot.type('the-code\r')
  return { code: await auxot.ended, lines: await auxot.lines() }
}

interface Kept {
  readonly kept: readonly unknown[]
}

async function keptBy(env: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  const { stdout } = await runAuxot(['worker', 'token', 'status', '--json'], {
    env: { AUXOT_DATA_DIR: dataDir, ...env },
  })
  return readDocument<Kept>(stdout, 'auxot.worker.token.status/v1').kept
}

describe.skipIf(!program || whyNoKeyring)('auxot worker token', () => {
  it('gets a token, proves it with one call, and keeps it with its dates', async () => {
    using setup = new FakeSetup(token, program)
    await using keyring = await Keyring.open('unlocked')
    await using model = await startEchoModel({ acceptToken: (given) => given === token })
    const env = { ...keyring.env, CLAUDE_PATH: setup.path, ANTHROPIC_BASE_URL: model.url }
    const { code, lines } = await signIn(['--profile', 'work'], env)
    expect(code).toBe(0)
    const year = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10)
    expect(lines.join(' ').replace(/ +/g, ' ')).toContain(
      `The model service accepted the token. sk-ant-o…wxyz is kept in the keychain as claude@work; it expires on ${year}.`,
    )
    // Claude Code itself showed it once; we never do.
    expect(
      lines
        .map((line) => line.trim())
        .join('')
        .split(token),
    ).toHaveLength(2)
    expect(model.requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${token}`])
    const printed = await runAuxot(['worker', 'token', 'print', 'claude', '--profile', 'work'], {
      env: { ...env, AUXOT_DATA_DIR: dataDir },
    })
    expect(printed.stdout).toBe(`${token}\n`)
  })

  it('ends with 4 and keeps nothing when the model service refuses the token', async () => {
    using setup = new FakeSetup(token, program)
    await using model = await startEchoModel({ acceptToken: () => false })
    const env = { CLAUDE_PATH: setup.path, ANTHROPIC_BASE_URL: model.url }
    const { code, lines } = await signIn(['--insecure-storage'], env)
    expect(code).toBe(4)
    expect(lines.join('\n')).toContain('Error: The model service refused the new token')
    expect(await keptBy(env)).toEqual([])
  })

  it('keeps nothing where the model service cannot be asked, unless told to', async () => {
    using setup = new FakeSetup(token, program)
    const env = { CLAUDE_PATH: setup.path, ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' }
    const { code, lines } = await signIn(['--insecure-storage'], env)
    expect(code).toBe(3)
    expect(lines.join('\n')).toContain('or with --no-probe.')
    expect(await keptBy(env)).toEqual([])
    const trusting = await signIn(['--insecure-storage', '--no-probe'], env)
    expect(trusting.code).toBe(0)
    expect(trusting.lines.join('\n')).toContain('The token was not proved.')
    expect(await keptBy(env)).toEqual([{ target: 'claude', profile: 'default', store: 'insecure-file' }])
  })

  it('says that there is no keychain before anybody signs in', async () => {
    using setup = new FakeSetup(token, program)
    await using keyring = await Keyring.open('locked')
    const env = { ...keyring.env, AUXOT_DATA_DIR: dataDir, CLAUDE_PATH: setup.path }
    await using auxot = new AuxotOnTerminal(['worker', 'token'], env)
    expect(await auxot.ended).toBe(6)
    expect(auxot.written).not.toContain('Paste code')
    expect(readdirSync(dataDir)).toEqual([])
  })

  it('keeps nothing when the sign-in is left', async () => {
    using setup = new FakeSetup(token, program)
    const env = { AUXOT_DATA_DIR: dataDir, CLAUDE_PATH: setup.path }
    await using auxot = new AuxotOnTerminal(['worker', 'token', '--insecure-storage', '--json'], env)
    await auxot.shows('Paste code here')
    auxot.type('\u0003')
    expect(await auxot.ended).toBe(3)
    expect(auxot.written).toContain('"code":"NO_TOKEN"')
    expect(readdirSync(dataDir)).toEqual([])
  })
})

describe('auxot worker token without a terminal', () => {
  it.each([[], ['--json']])('says how to do it on another machine: %j', async (...more) => {
    const { code, stdout, stderr } = await runAuxot(['worker', 'token', ...more])
    expect(code).toBe(2)
    if (more.length > 0) readDocument(stdout, 'auxot.error/v1')
    expect(stdout + stderr).toContain('auxot worker token set claude < FILE')
  })
})

describe('on a terminal', () => {
  it('print refuses unless --reveal is given', async () => {
    const env = { CLAUDE_CODE_OAUTH_TOKEN: token }
    await using refused = new AuxotOnTerminal(['worker', 'token', 'print', 'claude'], env)
    expect(await refused.ended).toBe(2)
    expect(refused.written).not.toContain('Canary')
    await using revealed = new AuxotOnTerminal(['worker', 'token', 'print', 'claude', '--reveal'], env)
    expect(await revealed.ended).toBe(0)
    expect(revealed.written).toContain('Canary')
  })

  it.each([
    ['y\r', 'removed claude@default'],
    ['n\r', 'nothing was removed'],
  ])('rm asks, and %j is heeded', async (answer, outcome) => {
    const env = { AUXOT_DATA_DIR: dataDir }
    await runAuxot(['worker', 'token', 'set', 'claude', '--insecure-storage'], { env, input: token })
    await using auxot = new AuxotOnTerminal(['worker', 'token', 'rm', 'claude'], env)
    await auxot.shows('Remove claude@default (insecure-file)? [y/N]')
    auxot.type(answer)
    expect(await auxot.ended).toBe(0)
    expect(auxot.written).toContain(outcome)
  })
})
