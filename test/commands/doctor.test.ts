import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startDevRouter } from '../../src/dev/dev-router.ts'
import { startEchoModel } from '../../src/dev/echo-model.ts'
import { claudeProgram, inventedToken } from '../support/claude-program.ts'
import { ConnectProxy } from '../support/connect-proxy.ts'
import { readDocument } from '../support/json-documents.ts'
import { Keyring, whyNoKeyring } from '../support/keyring.ts'
import { runAuxot, startAuxot } from '../support/run-auxot.ts'

const program = claudeProgram()
const workerKey = 'adm_canary0123456789wxyz'

let folder: string
const servers = new Set<Server>()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-doctor-'))
})
afterEach(async () => {
  for (const server of servers) await new Promise((done) => server.close(done))
  servers.clear()
  rmSync(folder, { recursive: true })
})

interface Finding {
  readonly check: string
  readonly state: string
  readonly message: string
}

/** What doctor finds, by what it looked at. */
async function findings(env: Readonly<Record<string, string>>, ...argv: string[]) {
  const all = { AUXOT_DATA_DIR: folder, DOCKER_HOST: `unix://${folder}/no-docker`, CLAUDE_PATH: `${program}`, ...env }
  const { code, stdout, stderr } = await runAuxot(['doctor', '--json', ...argv], { env: all })
  expect(stdout + stderr).not.toContain('canary0')
  const { findings, exitCode } = readDocument<{ findings: Finding[]; exitCode: number }>(stdout, 'auxot.doctor/v1')
  expect(exitCode).toBe(code)
  const states = Object.fromEntries(findings.map(({ check, state }) => [check, state]))
  const messages = Object.fromEntries(findings.map(({ check, message }) => [check, message]))
  return { code, states, messages }
}

async function serve(answer: RequestListener, socketPath?: string): Promise<string> {
  const server = createServer(answer)
  servers.add(server)
  if (socketPath === undefined) server.listen(0, '127.0.0.1')
  else server.listen(socketPath)
  await once(server, 'listening')
  return socketPath ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe.skipIf(!program)('auxot doctor', () => {
  it.skipIf(whyNoKeyring)(
    'finds nothing wrong where nothing is, and greets the router only when asked to',
    async () => {
      await using keyring = await Keyring.open('unlocked')
      await using router = await startDevRouter({ dialect: 'public', policy: { builtin_tools: ['Read'] } })
      await using model = await startEchoModel()
      const docker = await serve(
        ({ url }, response) => {
          response.end(JSON.stringify(url === '/version' ? { ApiVersion: '1.41' } : { MemTotal: 9 * 1_024 ** 3 }))
        },
        join(folder, 'docker.sock'),
      )
      const env = {
        ...keyring.env,
        AUXOT_ROUTER_URL: router.httpUrl,
        AUXOT_GPU_KEY: router.workerKey,
        CLAUDE_CODE_OAUTH_TOKEN: inventedToken,
        ANTHROPIC_BASE_URL: model.url,
        DOCKER_HOST: `unix://${docker}`,
      }
      const healthy = { node: 'ok', claude: 'ok', credential: 'ok', router: 'ok', clock: 'ok', 'worker key': 'ok' }
      const quiet = await findings(env)
      expect([quiet.code, quiet.states]).toEqual([0, { ...healthy, keychain: 'ok', docker: 'ok' }])
      expect([router.received.length, model.requests.length]).toEqual([0, 0])
      expect(quiet.messages.docker).toBe(`API 1.41 at ${docker}; 9.0 GiB, room for 4 workers of 2 GiB`)

      const probed = await findings(env, '--probe')
      expect([probed.code, probed.states]).toEqual([0, { ...healthy, keychain: 'ok', docker: 'ok' }])
      expect(probed.messages['worker key']).toContain('built-in tools: Read')
      // A router in mixed mode answers with the model that it was told.
      const capabilities = { backend: 'claude', model: 'sonnet', ctx_size: 200_000, total_slots: 1 }
      expect(router.received[0]?.message).toMatchObject({ type: 'hello', capabilities })
      expect(probed.messages.credential).toContain('the model service accepts it')
      expect(model.requests).toHaveLength(1)
      await router.until(({ workers }) => workers.length === 0, 'the greeting worker to be gone')
    },
  )

  it('ends with 4 and says what was refused', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using model = await startEchoModel({ acceptToken: () => false })
    const env = {
      AUXOT_ROUTER_URL: router.httpUrl,
      AUXOT_GPU_KEY: workerKey,
      CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-canary0123456789',
      ANTHROPIC_BASE_URL: model.url,
    }
    const { code, states, messages } = await findings(env, '--probe')
    expect(code).toBe(4)
    expect(states).toMatchObject({ credential: 'broken', 'worker key': 'broken', router: 'ok', docker: 'warning' })
    expect(messages['worker key']).toContain('AUXOT_GPU_KEY')
  })

  it('says that certificate authorities cannot be read, as a worker would', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    const gone = join(folder, 'gone.pem')
    const env = {
      AUXOT_ROUTER_URL: router.httpUrl,
      AUXOT_GPU_KEY: router.workerKey,
      CLAUDE_CODE_OAUTH_TOKEN: inventedToken,
      NODE_EXTRA_CA_CERTS: gone,
    }
    const { code, messages } = await findings(env, '--probe')
    expect(code).toBe(2)
    expect(messages['worker key']).toBe(`NODE_EXTRA_CA_CERTS names ${gone}, which cannot be read (ENOENT)`)
  })

  it('hears from a running worker whether the key is good', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using model = await startEchoModel()
    const env = {
      XDG_RUNTIME_DIR: folder,
      CLAUDE_PATH: `${program}`,
      AUXOT_ROUTER_URL: router.httpUrl,
      AUXOT_GPU_KEY: router.workerKey,
      CLAUDE_CODE_OAUTH_TOKEN: inventedToken,
      ANTHROPIC_BASE_URL: model.url,
    }
    await using worker = startAuxot(['worker', 'start'], { env })
    await router.ready()
    const { messages } = await findings(env)
    expect(messages['worker key']).toContain(`the worker ${worker.pid} on this host is idle at this router`)
  })

  it.each([
    ['https://router.invalid', 'the host name router.invalid'],
    ['http://127.0.0.1:9', 'nothing listens at 127.0.0.1:9 (connection refused)'],
  ])('ends with 5 where the router cannot be reached: %s', async (url, words) => {
    const env = { AUXOT_ROUTER_URL: url, AUXOT_GPU_KEY: workerKey, CLAUDE_CODE_OAUTH_TOKEN: inventedToken }
    const { code, states, messages } = await findings(env)
    expect([code, states.router]).toEqual([5, 'broken'])
    expect(messages.router).toContain(words)
  })

  it('asks the router through the proxy, as a worker would', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using proxy = await ConnectProxy.open({ port: Number(new URL(router.httpUrl).port) })
    const env = { AUXOT_ROUTER_URL: 'http://router.example.com', HTTP_PROXY: proxy.url, AUXOT_GPU_KEY: workerKey }
    const { states, messages } = await findings(env)
    expect([states.router, messages.router]).toEqual([
      'warning',
      'http://router.example.com: 0 workers, 0 of 0 slots free; the connection is not encrypted',
    ])
    expect(proxy.targets).toEqual(['router.example.com:80'])
  })

  it('notices what is no router, and a clock that is wrong', async () => {
    const env = { AUXOT_GPU_KEY: workerKey, CLAUDE_CODE_OAUTH_TOKEN: inventedToken }
    const website = await serve((_, response) => response.end('<html>'))
    expect((await findings({ ...env, AUXOT_ROUTER_URL: website })).messages.router).toContain(
      'not how a router answers',
    )
    const late = await serve((_, response) => {
      response.setHeader('date', new Date(Date.now() - 600_000).toUTCString())
      response.end('{"status":"ok","workers":0}')
    })
    const { states, messages } = await findings({ ...env, AUXOT_ROUTER_URL: late })
    expect(states.clock).toBe('warning')
    expect(messages.clock).toMatch(/^differs from the router's by (9m 5\ds|10m 0s)$/)
  })

  it('names everything that is missing, with the way out', async () => {
    const { code, stdout } = await runAuxot(['doctor'], { env: { AUXOT_DATA_DIR: folder, CLAUDE_PATH: '/nowhere' } })
    expect(code).toBe(2)
    for (const words of ['broken   claude: ', 'broken   credential: ', 'broken   router: ', 'broken   worker key: ']) {
      expect(stdout).toContain(words)
    }
    expect(stdout).toContain('         Get a new one with "auxot worker token".\n')
  })
})
