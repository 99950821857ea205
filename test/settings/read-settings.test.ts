import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SettingsInput } from '../../src/settings/read-settings.ts'
import { resolveWorkerSettings } from '../../src/settings/worker-settings.ts'
import { ConfigurationError } from '../../src/shared/problems.ts'

let configDir: string
beforeEach(() => {
  configDir = mkdtempSync(join(tmpdir(), 'auxot-settings-'))
})
afterEach(() => rmSync(configDir, { recursive: true }))

const url = { AUXOT_ROUTER_URL: 'localhost:8080' }

function resolve(input: Partial<SettingsInput>) {
  return resolveWorkerSettings({ flags: {}, env: url, configDir, ...input })
}

async function problemsOf(input: Partial<SettingsInput>) {
  const error = await resolve(input).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  return (error as ConfigurationError).problems
}

function configFile(content: unknown): void {
  writeFileSync(join(configDir, 'config.json'), typeof content === 'string' ? content : JSON.stringify(content))
}

describe('a setting', () => {
  it('comes from the flag before the environment before the config file before the default', async () => {
    configFile({ model: 'from-file', warm: 3, modelRetries: 7 })
    const env = { ...url, AUXOT_CLI_DEFAULT_MODEL: 'from-env', AUXOT_WARM: '2' }
    const { values, sources } = await resolve({ flags: { model: 'from-flag' }, env })
    expect([values.model, values.warm, values.modelRetries, values.concurrency]).toEqual(['from-flag', 2, 7, 1])
    expect([sources.model, sources.warm, sources.modelRetries, sources.concurrency]).toEqual([
      '--model',
      'AUXOT_WARM',
      'config.json: modelRetries',
      'default',
    ])
  })

  it('counts a blank variable as not set', async () => {
    const { values, sources } = await resolve({ env: { ...url, AUXOT_WARM: '', AUXOT_CLI_TOOLS: ' ' } })
    expect([values.warm, sources.warm, values.tools]).toEqual([1, 'default', []])
  })

  it('refuses a blank flag, which somebody typed', async () => {
    expect(await problemsOf({ flags: { model: '' } })).toEqual([{ source: '--model', message: 'is empty' }])
  })

  it('makes relative paths of the config file relative to it, and those of flags to the working directory', async () => {
    configFile({ keyFile: 'key', claudePath: '/opt/claude' })
    const { values } = await resolve({})
    expect([values.keyFile, values.claudePath]).toEqual([join(configDir, 'key'), '/opt/claude'])
    expect((await resolve({ flags: { 'key-file': 'key' } })).values.keyFile).toBe(join(process.cwd(), 'key'))
    expect((await resolve({ flags: { 'key-file': '-' } })).values.keyFile).toBe('-')
  })
})

describe('the settings', () => {
  it('have the documented defaults', async () => {
    const { values } = await resolve({})
    const { routerUrl, ...rest } = values
    expect(routerUrl.socket.href).toBe('ws://localhost:8080/ws')
    expect(rest).toEqual({
      keyFile: undefined,
      profile: undefined,
      claudePath: undefined,
      model: 'sonnet',
      tools: [],
      warm: 1,
      keepConversation: 300_000,
      kept: 2,
      modelRetries: 2,
      concurrency: 1,
      heartbeatInterval: 10_000,
      reconnectDelay: 1_000,
      reconnectMaxDelay: 30_000,
      jobTimeout: 1_800_000,
      stallTimeout: 300_000,
      drainTimeout: 1_800_000,
      cancelGrace: 10_000,
      linger: 31_000,
      onAuthFailure: 'exit',
      onRateLimit: 'error',
      once: false,
      exitAfterJobs: undefined,
      exitAfterIdle: undefined,
      leaveWithout: undefined,
      tokenExpires: undefined,
      healthAddr: undefined,
      user: undefined,
      userIfPossible: false,
      logPayloads: false,
      json: false,
      logLevel: 'info',
      logFormat: 'auto',
      quiet: false,
      noInput: false,
    })
  })

  it('are frozen all the way down', async () => {
    const settings = await resolve({ env: { ...url, AUXOT_CLI_TOOLS: 'Bash' } })
    expect([settings, settings.values, settings.sources, settings.values.tools].every(Object.isFrozen)).toBe(true)
  })

  it('tell every problem at once, each with its source', async () => {
    configFile({ jobTimeout: 5, modle: 'opus', tools: { Bash: true } })
    const problems = await problemsOf({
      flags: { concurrency: '0', 'on-rate-limit': 'retry' },
      env: { AUXOT_HEARTBEAT_INTERVAL: '10' },
    })
    const unit = 'Write a number with its unit: 250ms, 90s, 5m or 1h.'
    expect(problems).toEqual([
      { source: 'config.json: modle', message: 'is no setting', hint: 'Did you mean "model"?' },
      {
        source: 'config.json: tools',
        message: 'is neither a text, a number, true, false nor a list of texts',
      },
      {
        message: '--router-url is missing',
        hint: 'Give --router-url, set AUXOT_ROUTER_URL, or "routerUrl" in config.json.',
      },
      { source: '--concurrency', message: '"0" is not between 1 and 256' },
      { source: 'AUXOT_HEARTBEAT_INTERVAL', message: '"10" is no duration', hint: unit },
      { source: 'config.json: jobTimeout', message: '"5" is no duration', hint: unit },
      { source: '--on-rate-limit', message: '"retry" is none of error, requeue' },
    ])
  })

  it('end in exit code 2 with one line per problem', async () => {
    const error: unknown = await resolve({ flags: { warm: 'x', once: true, 'exit-after-jobs': '2' } }).catch((e) => e)
    expect(error).toMatchObject({
      code: 'USAGE',
      exitCode: 2,
      message: '2 problems:\n- --warm: "x" is no whole number\n- --once: contradicts --exit-after-jobs',
    })
  })

  it('refuse a largest reconnect delay below the first', async () => {
    expect(await problemsOf({ flags: { 'reconnect-delay': '1m' } })).toEqual([
      {
        source: '--reconnect-delay',
        message: 'the largest reconnect delay is shorter than the first',
        hint: 'Give --reconnect-max-delay at least the value of --reconnect-delay.',
      },
    ])
  })
})

describe('config.json', () => {
  it.each([
    ['{"model": ', 'is not valid JSON'],
    ['[]', 'is not a JSON object'],
    ['"sonnet"', 'is not a JSON object'],
  ])('%s is refused as a whole', async (content, message) => {
    configFile(content)
    expect(await problemsOf({})).toEqual([{ source: join(configDir, 'config.json'), message }])
  })

  it('is refused when it cannot be read', async () => {
    mkdirSync(join(configDir, 'config.json'))
    expect(await problemsOf({})).toEqual([
      { source: join(configDir, 'config.json'), message: 'cannot be read (EISDIR)' },
    ])
  })

  it.each(['workerKey', 'AUXOT_GPU_KEY', 'token', 'anthropicApiKey', 'secret'])(
    'may not hold a secret: %s, whose value is not shown',
    async (key) => {
      configFile({ [key]: 'adm_canary' })
      const problems = await problemsOf({})
      expect(problems).toEqual([
        {
          source: `config.json: ${key}`,
          message: 'secrets do not belong into config.json',
          hint: 'Put the secret into a file of its own and name that: keyFile.',
        },
      ])
    },
  )

  it('takes lists, numbers and truth values as JSON writes them', async () => {
    configFile({ tools: ['Bash', 'Read'], concurrency: 4, once: true, routerUrl: 'https://router.example.com' })
    const { values } = await resolve({ env: {} })
    expect([values.tools, values.concurrency, values.once]).toEqual([['Bash', 'Read'], 4, true])
    expect(values.routerUrl.socket.href).toBe('wss://router.example.com/ws')
  })

  it('takes an empty list of tools as none', async () => {
    configFile({ tools: [] })
    expect((await resolve({})).values.tools).toEqual([])
  })
})
