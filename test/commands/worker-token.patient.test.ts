import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEchoModel } from '../../src/dev/echo-model.ts'
import { claudeProgram, inventedToken } from '../support/claude-program.ts'
import { readDocument } from '../support/json-documents.ts'
import { Keyring, whyNoKeyring } from '../support/keyring.ts'
import { runAuxot } from '../support/run-auxot.ts'

const program = claudeProgram()
const token = 'sk-ant-oat01-canary0123456789-wxyz'
const masked = 'sk-ant-o…wxyz'
const workerKey = 'adm_canary0123456789wxyz'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'auxot-token-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

function run(argv: string, { env = {}, input }: RunOptions = {}) {
  const words = argv.split(' ').filter((word) => word !== '')
  return runAuxot(['worker', 'token', ...words], {
    env: { AUXOT_DATA_DIR: dataDir, ...env },
    ...(input !== undefined && { input }),
  })
}

interface Status {
  readonly secrets: readonly Record<string, unknown>[]
  readonly kept: readonly unknown[]
  readonly warnings: readonly { readonly code: string }[]
}

async function statusOf(argv = '', options: RunOptions = {}): Promise<Status & { code: number | null }> {
  const { code, stdout } = await run(`status --json ${argv}`, options)
  return { code, ...readDocument<Status>(stdout, 'auxot.worker.token.status/v1') }
}

describe.skipIf(whyNoKeyring)('with a keychain', () => {
  let keyring: Keyring
  beforeEach(async () => {
    keyring = await Keyring.open('unlocked')
  })
  afterEach(() => keyring[Symbol.asyncDispose]())

  it('token set keeps, status names, print gives and rm removes', async () => {
    const { env } = keyring
    const set = await run('set claude --json', { env, input: `${token}\n` })
    expect({ code: set.code, stderr: set.stderr }).toEqual({ code: 0, stderr: '' })
    const kept = readDocument<Record<string, string>>(set.stdout, 'auxot.worker.token.set/v1')
    expect(kept).toMatchObject({ target: 'claude', profile: 'default', store: 'keychain', masked })
    expect(Date.parse(`${kept.expiresAt}`) - Date.parse(`${kept.storedAt}`)).toBe(365 * 86_400_000)

    const { code, secrets, kept: list, warnings } = await statusOf('', { env })
    expect({ code, list, warnings }).toEqual({
      code: 0,
      list: [{ target: 'claude', profile: 'default', store: 'keychain' }],
      warnings: [],
    })
    expect(secrets).toMatchObject([
      { target: 'claude', found: true, source: 'keychain', place: 'keychain (auxot, claude@default)', masked },
      { target: 'router', found: false },
    ])

    expect(await run('print claude', { env })).toMatchObject({ code: 0, stdout: `${token}\n`, stderr: '' })
    const printed = await run('print claude --json', { env })
    expect(readDocument(printed.stdout, 'auxot.worker.token.print/v1')).toMatchObject({ secret: token })

    const removed = await run('rm claude --yes --json', { env })
    expect(readDocument(removed.stdout, 'auxot.worker.token.rm/v1')).toMatchObject({
      removed: [{ target: 'claude', profile: 'default', store: 'keychain' }],
    })
    expect(await run('rm claude --yes', { env })).toMatchObject({ code: 0, stdout: 'nothing was removed\n' })
    expect(await run('print claude', { env })).toMatchObject({ code: 2, stdout: '' })
  })

  it('one host keeps the keys of two routers apart', async () => {
    const { env } = keyring
    await run('set router --router-url https://one.example.com', { env, input: 'adm_key_of_one' })
    await run('set router --router-url https://one.example.com:8443', { env, input: 'adm_key_of_two' })
    const first = await run('print router --router-url one.example.com', { env })
    const second = await run('print router --router-url one.example.com:8443', { env })
    const other = await run('print router --router-url two.example.com', { env })
    expect([first.stdout, second.stdout, other.code]).toEqual(['adm_key_of_one\n', 'adm_key_of_two\n', 2])
  })

  it('what was kept insecurely moves into the keychain, and back', async () => {
    const { env } = keyring
    await run('set claude --insecure-storage', { env, input: token })
    await run('set claude', { env, input: token })
    const one = await statusOf('', { env })
    expect([one.kept, one.warnings]).toEqual([[{ target: 'claude', profile: 'default', store: 'keychain' }], []])
    await run('set claude --insecure-storage', { env, input: token })
    const two = await statusOf('', { env })
    expect(two.kept).toEqual([{ target: 'claude', profile: 'default', store: 'insecure-file' }])
    expect(two.secrets[0]).toMatchObject({ source: 'insecure-file' })
  })
})

describe('without a keychain', () => {
  it('token set stores nothing, and says three ways out', async () => {
    const { code, stdout, stderr } = await run('set claude', { input: token })
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toMatch(/^Error: The keychain cannot be used: .+\.\n( {2}.+\n){3}$/)
    expect(stderr).toContain('--insecure-storage')
    const json = await run('set claude --json', { input: token })
    expect(readDocument(json.stdout, 'auxot.error/v1')).toMatchObject({
      error: { code: 'NO_SECRET_STORE', exitCode: 6 },
    })
    expect(readdirSync(dataDir, { recursive: true }).join()).not.toContain('claude')
  })

  it('an insecure file is named as such in every status', async () => {
    const set = await run('set claude --insecure-storage', { input: token })
    expect({ code: set.code, stdout: set.stdout.replace(/\d{4}-\d\d-\d\d/, 'DATE') }).toEqual({
      code: 0,
      stdout: `${masked} is kept in a file, unencrypted, as claude@default; it expires at the latest on DATE.\n`,
    })
    const { code, secrets, warnings } = await statusOf()
    expect(code).toBe(0)
    expect(secrets[0]).toMatchObject({ source: 'insecure-file', expiresInDays: 364 })
    expect(warnings.map((warning) => warning.code)).toEqual(['INSECURE_STORAGE'])
    const text = await run('status')
    expect(text.stderr).toBe('Warning: Kept unencrypted in insecure files: claude@default.\n')
    expect(text.stdout).toMatch(/^claude {2}sk-ant-o…wxyz {2}insecure-file: .* expires in 364 days/)
    // Also where something nearer is used.
    const near = await statusOf('', { env: { CLAUDE_CODE_OAUTH_TOKEN: token } })
    expect(near.warnings.map((warning) => warning.code)).toEqual(['INSECURE_STORAGE'])
  })

  it('a token that ends soon, or has ended, is warned about', async () => {
    await run('set claude --insecure-storage', { input: token })
    const file = join(dataDir, 'insecure-secrets', 'claude%40default.json')
    const put = (days: number) => {
      const fields = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
      const expiresAt = new Date(Date.now() + days * 86_400_000 + 3_600_000).toISOString()
      writeFileSync(file, JSON.stringify({ ...fields, expiresAt }))
      chmodSync(file, 0o600)
    }
    const codes = async () => (await statusOf()).warnings.map(({ code }) => code)
    put(30)
    expect(await codes()).toEqual(['INSECURE_STORAGE'])
    put(29)
    expect(await codes()).toEqual(['EXPIRES_SOON', 'INSECURE_STORAGE'])
    put(-1)
    expect(await codes()).toEqual(['EXPIRED', 'INSECURE_STORAGE'])
  })

  it('a keychain that keeps what is asked for to itself ends status with 6, and the rest is shown', async () => {
    await run('set claude --insecure-storage', { input: token })
    mkdirSync(join(dataDir, 'keychain'))
    writeFileSync(join(dataDir, 'keychain', 'accounts.json'), '{"accounts":["router@localhost"]}')
    const { code, secrets } = await statusOf('--router-url localhost')
    expect(code).toBe(6)
    expect(secrets).toMatchObject([{ found: true }, { found: false, error: { code: 'NO_SECRET_STORE' } }])
  })
})

describe('token status', () => {
  it('names the kind of each source', async () => {
    const file = join(dataDir, 'secret')
    writeFileSync(file, workerKey, { mode: 0o600 })
    const sources = async (argv: string, env: Record<string, string>) =>
      (await statusOf(argv, { env })).secrets.map(({ source }) => source)
    expect(await sources(`--key-file ${file}`, { CLAUDE_CODE_OAUTH_TOKEN_FILE: file })).toEqual(['file', 'flag'])
    expect(await sources('', { AUXOT_GPU_KEY_FILE: file, ANTHROPIC_API_KEY: 'sk-ant-api03-x' })).toEqual([
      'env',
      'file',
    ])
    expect(await sources('', { AUXOT_GPU_KEY: workerKey })).toEqual([undefined, 'env'])
  })

  it.skipIf(!program)('--probe asks the model service once: 0 when it accepts, 4 when it refuses', async () => {
    await using model = await startEchoModel({ acceptToken: (given) => given === inventedToken })
    const env = {
      CLAUDE_PATH: `${program}`,
      ANTHROPIC_BASE_URL: model.url,
      CLAUDE_CODE_OAUTH_TOKEN: inventedToken,
    }
    const accepted = await statusOf('--probe', { env })
    expect(accepted.code).toBe(0)
    expect(accepted.secrets[0]).toMatchObject({ probe: { result: 'accepted' } })
    expect(model.requests).toHaveLength(1)
    expect(model.requests[0]?.headers.authorization).toBe(`Bearer ${inventedToken}`)
    const refused = await statusOf('--probe', { env: { ...env, CLAUDE_CODE_OAUTH_TOKEN: token } })
    expect(refused.code).toBe(4)
    expect(refused.secrets[0]).toMatchObject({ probe: { result: 'refused' } })
  })

  it.skipIf(!program)('--probe says that nobody could be asked', async () => {
    const env = {
      CLAUDE_PATH: `${program}`,
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
      CLAUDE_CODE_OAUTH_TOKEN: inventedToken,
    }
    const { code, secrets } = await statusOf('--probe', { env })
    expect(code).toBe(3)
    expect(secrets[0]).toMatchObject({ probe: { result: 'unproved' } })
  })
})

describe('what is not stored', () => {
  it.each([
    ['set', '', 'Which secret is missing'],
    ['set', workerKey, 'There is no such secret'],
    ['set claude', '', 'token set (stdin): is empty'],
    ['set router', workerKey, 'It is not known which router the worker key is for'],
    ['set claude', workerKey, "token set (stdin): is a worker key, not Claude's credential"],
    ['set router --profile x', token, "token set (stdin): is Claude's credential, not a worker key"],
    [
      'set router --profile x',
      'rtr_canary',
      "token set (stdin): is a caller's key; a worker's starts with adm_ or gpu_",
    ],
    ['set router --profile a/b', workerKey, '--profile: "a/b" is no profile name'],
    ['rm claude --profile x --yes --no-input', '', undefined],
  ])('%s with %j is told so', async (argv, input, message) => {
    const words = message === 'There is no such secret' ? `${argv} ${input}` : argv
    const { code, stdout, stderr } = await run(words, { input })
    expect({ code, message: /^Error: (.*)\.\n/.exec(stderr)?.[1] }).toEqual({ code: message ? 2 : 0, message })
    expect(stdout + stderr).not.toContain('canary')
    expect(existsSync(join(dataDir, 'insecure-secrets'))).toBe(false)
  })

  it('rm asks nobody where there is no terminal, and names the flag', async () => {
    await run('set claude --insecure-storage', { input: token })
    const { code, stderr } = await run('rm claude')
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'Error: Remove claude@default (insecure-file): nobody can be asked.\n  Give --yes.\n',
    })
    expect(await run('rm --yes')).toMatchObject({ code: 0, stdout: 'removed claude@default (insecure-file)\n' })
  })
})
