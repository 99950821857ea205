import { describe, expect, it } from 'vitest'
import { workerConfigFrom } from '../../src/cli/worker-config.ts'
import { workerSettings } from '../../src/settings/definitions.ts'
import { resolveWorkerSettings } from '../../src/settings/worker-settings.ts'
import { Secret } from '../../src/shared/secret.ts'

const credential = { kind: 'oauth-token', secret: new Secret('token', 'test'), from: 'env' } as const
const workerKey = new Secret('adm_key', 'test')
const claude = { path: '/opt/claude', version: '2.1.330' }

async function configFor(flags: Record<string, unknown>, env: Record<string, string> = {}) {
  const all = { 'router-url': 'localhost', ...flags }
  const settings = await resolveWorkerSettings({ flags: all, env })
  return workerConfigFrom({ settings, workerKey, credential, claude }, env)
}

/** For every setting of a worker a value that is not its default. */
const other: Record<string, unknown> = {
  routerUrl: 'https://router.example.com',
  model: 'opus',
  tools: 'Bash,Read',
  warm: '0',
  keepConversation: '1m',
  kept: '5',
  modelRetries: '5',
  tokenExpires: '2027-01-31',
  concurrency: '4',
  heartbeatInterval: '3s',
  reconnectDelay: '2s',
  reconnectMaxDelay: '1m',
  jobTimeout: '1h',
  stallTimeout: '1m',
  drainTimeout: '5m',
  cancelGrace: '1s',
  linger: '0s',
  onAuthFailure: 'hold',
  onRateLimit: 'requeue',
  once: true,
  exitAfterJobs: '3',
  exitAfterIdle: '10m',
  leaveWithout: '/run/secrets',
  healthAddr: '127.0.0.1:9464',
  logPayloads: true,
}

/** Used before there is a configuration: where things are, and how the command itself writes. */
const notInConfig = [
  ...['keyFile', 'profile', 'user', 'userIfPossible', 'claudePath'],
  ...['json', 'logLevel', 'logFormat', 'quiet', 'noInput'],
]

describe('the configuration of a worker', () => {
  it.each(Object.entries(workerSettings).filter(([name]) => !notInConfig.includes(name)))(
    'is changed by %s',
    async (name, { flag }) => {
      expect(Object.keys(other)).toContain(name)
      expect(await configFor({ [flag]: other[name] })).not.toEqual(await configFor({}))
    },
  )

  it('is what the settings, the environment and the host say', async () => {
    const env = {
      PATH: '/bin',
      HTTPS_PROXY: 'http://proxy:3128',
      no_proxy: 'localhost',
      NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
      XDG_RUNTIME_DIR: '/run/user/1000',
      AUXOT_GPU_KEY: 'adm_canary',
    }
    const config = await configFor({ once: true, tools: 'all' }, env)
    const { router, ...rest } = config
    expect(router.socket.href).toBe('ws://localhost/ws')
    expect(rest).toEqual({
      workerKey,
      claude: {
        ...claude,
        credential,
        warm: 1,
        keepConversationMs: 300_000,
        kept: 2,
        modelRetries: 2,
        env: {
          PATH: '/bin',
          HTTPS_PROXY: 'http://proxy:3128',
          no_proxy: 'localhost',
          NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
        },
      },
      defaultModel: 'sonnet',
      builtinTools: 'all',
      concurrency: 1,
      heartbeatIntervalMs: 10_000,
      reconnectDelayMs: 1_000,
      reconnectMaxDelayMs: 30_000,
      jobTimeoutMs: 1_800_000,
      stallTimeoutMs: 300_000,
      drainTimeoutMs: 1_800_000,
      cancelGraceMs: 10_000,
      lingerMs: 31_000,
      onAuthFailure: 'exit',
      onRateLimit: 'error',
      exitAfterJobs: 1,
      exitAfterIdleMs: undefined,
      leaveWithout: undefined,
      proxy: { https: 'http://proxy:3128', no: 'localhost' },
      extraCaFile: '/etc/ca.pem',
      healthAddress: undefined,
      runtimeDir: '/run/user/1000',
      logPayloads: false,
    })
  })

  it('is frozen', async () => {
    const config = await configFor({})
    expect([config, config.claude, config.claude.env, config.proxy].every(Object.isFrozen)).toBe(true)
  })
})
