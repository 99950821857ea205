import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Account, accountFrom } from '../../src/credentials/account.ts'
import { KeychainStore } from '../../src/credentials/keychain/keychain-store.ts'
import { datesOf } from '../../src/credentials/stored-secret.ts'
import { InsecureFileStore } from '../../src/credentials/stores/insecure-file-store.ts'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { type EchoModel, startEchoModel } from '../../src/dev/echo-model.ts'
import { Secret } from '../../src/shared/secret.ts'
import { Canaries } from '../support/canaries.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { Keyring, whyNoKeyring } from '../support/keyring.ts'
import { type AuxotResult, runAuxot, startAuxot } from '../support/run-auxot.ts'

const program = claudeProgram()

let canaries: Canaries
let folder: string
/** Where auxot keeps what it is given, and where it and Claude Code have their temporary files. */
let dataDir: string
let temporary: string
let keyring: Keyring | undefined
let router: DevRouter
let model: EchoModel

beforeEach(async () => {
  canaries = new Canaries()
  folder = mkdtempSync(join(tmpdir(), 'auxot-canaries-'))
  dataDir = join(folder, 'data')
  temporary = join(folder, 'tmp')
  for (const path of [dataDir, temporary]) mkdirSync(path)
  router = await startDevRouter({
    dialect: 'public',
    workerKey: canaries.workerKey,
    policy: { builtin_tools: ['Bash'] },
  })
  model = await startEchoModel({ acceptToken: (given) => given === canaries.token })
})
afterEach(async () => {
  await router[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
  await keyring?.[Symbol.asyncDispose]()
  keyring = undefined
  rmSync(folder, { recursive: true, maxRetries: 3 })
})

interface Given {
  readonly env: Readonly<Record<string, string>>
  readonly argv?: readonly string[]
  readonly input?: string
  /** Where the secrets stand by intention. */
  readonly kept?: readonly string[]
}

/** Every way in which both secrets can be given. */
const sources: Record<string, () => Given | Promise<Given>> = {
  environment: () => ({ env: { AUXOT_GPU_KEY: canaries.workerKey, CLAUDE_CODE_OAUTH_TOKEN: canaries.token } }),
  files: () => {
    const [key, token] = [secretFile('key', canaries.workerKey), secretFile('token', canaries.token)]
    return { env: { AUXOT_GPU_KEY_FILE: key, CLAUDE_CODE_OAUTH_TOKEN_FILE: token }, kept: [key, token] }
  },
  'stdin and a variable': () => ({
    env: { CLAUDE_CODE_OAUTH_TOKEN: canaries.token },
    argv: ['--key-file', '-'],
    input: canaries.workerKey,
  }),
  'insecure file': async () => {
    await keep(new InsecureFileStore(dataDir))
    return { env: {}, kept: [join(dataDir, 'insecure-secrets')] }
  },
  ...(whyNoKeyring
    ? {}
    : {
        keychain: async () => {
          keyring = await Keyring.open('unlocked')
          await keep(new KeychainStore(dataDir, keyring.env))
          return { env: keyring.env }
        },
      }),
}

function secretFile(name: string, secret: string): string {
  const path = join(folder, name)
  writeFileSync(path, `${secret}\n`, { mode: 0o600 })
  return path
}

async function keep(store: Pick<InsecureFileStore, 'set'>): Promise<void> {
  const secrets = { 'claude@default': canaries.token, [`router@${new URL(router.httpUrl).host}`]: canaries.workerKey }
  for (const [name, value] of Object.entries(secrets)) {
    const secret = new Secret(value, 'test')
    await store.set(accountFrom(name) as Account, { secret, dates: datesOf(secret, Date.now(), { isNew: true }) })
  }
}

function surroundings({ env }: Given): Record<string, string> {
  return {
    ...env,
    TMPDIR: temporary,
    AUXOT_DATA_DIR: dataDir,
    CLAUDE_PATH: `${program}`,
    ANTHROPIC_BASE_URL: model.url,
    AUXOT_ROUTER_URL: router.httpUrl,
    DOCKER_HOST: `unix://${folder}/no-docker`,
  }
}

function expectClean({ stdout, stderr }: AuxotResult, given: Given): void {
  canaries.expectNoneIn(stdout, 'stdout')
  canaries.expectNoneIn(stderr, 'stderr')
  canaries.expectNoneBelow(folder, { except: given.kept ?? [] })
}

describe.skipIf(!program)('both secrets, given by', () => {
  it.each(Object.keys(sources))('%s, are found by no tool of a job', async (name) => {
    const given = (await sources[name]?.()) as Given
    const dump = join(folder, 'dump')
    const command = [
      `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline > ${dump} 2>/dev/null`,
      `cat /proc/$$/environ /proc/$PPID/environ >> ${dump}`,
      'echo looked',
    ].join('; ')
    model.script({ blocks: [{ type: 'tool_use', id: 'toolu_look', name: 'Bash', input: { command } }] })
    const argv = ['worker', 'start', '--tools', 'Bash', '--once', '--log-level', 'trace', ...(given.argv ?? [])]
    const input = given.input === undefined ? {} : { input: given.input }
    await using worker = startAuxot(argv, { env: surroundings(given), ...input })
    await router.ready()
    const job = router.submit({ messages: [{ role: 'user', content: 'Look around' }] })
    expect((await job.done).kind).toBe('complete')
    canaries.expectNoneBelow(temporary)
    const looked = readFileSync(dump, 'latin1')
    // It did see its own worker, whose environment names the router.
    expect(looked).toContain(`AUXOT_ROUTER_URL=${router.httpUrl}`)
    canaries.expectNoneIn(looked, 'what a tool sees of all processes')
    const ended = await worker.ended
    expect(ended.code).toBe(0)
    expectClean(ended, given)
  })

  it.each(Object.keys(sources))('%s, are told by no command', async (name) => {
    const given = (await sources[name]?.()) as Given
    const env = surroundings(given)
    const refusing = { ...env, ANTHROPIC_BASE_URL: `${model.url}/nowhere`, CLAUDE_PATH: '/nowhere/claude' }
    const withKey = given.argv ?? []
    type Run = readonly [code: number, env: Record<string, string>, ...argv: string[]]
    const commands: readonly Run[] = [
      [0, env, 'worker', 'token', 'status', '--probe', ...withKey],
      [2, refusing, 'doctor', '--json', ...withKey],
      [2, refusing, 'worker', 'start', '--log-level', 'trace', ...withKey],
      [2, refusing, 'worker', 'token', 'status', '--probe', '--json', ...withKey],
      [0, env, 'doctor', '--probe', ...withKey],
      [2, env, 'worker', 'start', '--bogus'],
      [2, env, 'worker', 'token', 'set', canaries.token],
      [2, env, 'worker', 'token', 'rm', canaries.workerKey, '--json'],
      [0, env, 'dev', '--prompt', 'Hi', '--log-level', 'trace'],
      [0, env, 'help', 'settings', '--json'],
    ]
    const run = async ([code, more, ...argv]: Run) => {
      const input = given.input === undefined ? {} : { input: given.input }
      const result = await runAuxot(argv, { env: more, ...input })
      expect(result.code, `${argv.join(' ')}: ${result.stderr}`).toBe(code)
      expectClean(result, given)
    }
    await Promise.all(commands.map(run))
  })

  it.each(Object.keys(sources))('%s, are not told when they are refused', async (name) => {
    const given = (await sources[name]?.()) as Given
    const env = surroundings(given)
    await using strange = await startDevRouter({ dialect: 'public' })
    await using model401 = await startEchoModel({ acceptToken: () => false })
    const profile = { AUXOT_PROFILE: new URL(router.httpUrl).host }
    const host = { 'insecure file': profile, keychain: profile }[name]
    const withKey = given.argv ?? []
    const input = given.input === undefined ? {} : { input: given.input }
    for (const more of [['--json'], ['--log-level', 'trace']]) {
      const key = { ...env, ...host, AUXOT_ROUTER_URL: strange.httpUrl }
      const refused = await runAuxot(['worker', 'start', ...more, ...withKey], { env: key, ...input })
      expect(refused.code).toBe(4)
      expectClean(refused, given)
      const probe = ['worker', 'token', 'status', '--probe', ...more, ...withKey]
      const status = await runAuxot(probe, { env: { ...env, ANTHROPIC_BASE_URL: model401.url }, ...input })
      expect(status.code).toBe(4)
      expectClean(status, given)
    }
  })
})

describe.skipIf(!program || whyNoKeyring)('a secret that is kept', () => {
  it('is told neither on the way into the keychain, nor out of it, nor where there is none', async () => {
    keyring = await Keyring.open('unlocked')
    const given = { env: keyring.env }
    const env = surroundings(given)
    const set = ['worker', 'token', 'set', 'claude']
    for (const [code, more, ...argv] of [
      [0, {}, ...set],
      [0, {}, ...set, '--json'],
      [0, {}, 'worker', 'token', 'rm', 'claude', '--yes', '--json'],
      [6, { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }, ...set],
      [6, { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }, ...set, '--json'],
    ] as const) {
      const result = await runAuxot([...argv], { env: { ...env, ...more }, input: canaries.token })
      expect(result.code, argv.join(' ')).toBe(code)
      expectClean(result, given)
    }
  })
})
