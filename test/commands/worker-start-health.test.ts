import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { apiErrors, type EchoModel, rateLimitHeaders, startEchoModel } from '../../src/dev/echo-model.ts'
import { claudeProgram, inventedToken } from '../support/claude-program.ts'
import { readDocument } from '../support/json-documents.ts'
import { samplesOf } from '../support/prometheus-text.ts'
import { runAuxot, startAuxot } from '../support/run-auxot.ts'

const program = claudeProgram()
const start = ['worker', 'start', '--log-format', 'text']

let router: DevRouter
let model: EchoModel
let runtimeDir: string
let env: Record<string, string>

beforeEach(async () => {
  router = await startDevRouter({ dialect: 'public' })
  model = await startEchoModel()
  runtimeDir = mkdtempSync(join(tmpdir(), 'auxot-run-'))
  env = {
    CLAUDE_PATH: `${program}`,
    CLAUDE_CODE_OAUTH_TOKEN: inventedToken,
    ANTHROPIC_BASE_URL: model.url,
    AUXOT_ROUTER_URL: router.httpUrl,
    AUXOT_GPU_KEY: router.workerKey,
    XDG_RUNTIME_DIR: runtimeDir,
  }
})
afterEach(async () => {
  await router[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
  rmSync(runtimeDir, { recursive: true })
})

describe.skipIf(!program)('auxot worker start', () => {
  it('serves its health without what Node has for WebSockets of its own, which is large', async () => {
    const atExit = `process.on('exit', () => console.error('loaded: ' + process.moduleLoadList.join()))`
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(atExit)}`
    await using worker = startAuxot([...start, '--health-addr', '0'], { env: { ...env, NODE_OPTIONS } })
    await worker.line(/connected to/)
    worker.signal('SIGTERM')
    const loaded = await worker.line(/^loaded: /)
    expect(loaded).toContain('NativeModule http,')
    expect(loaded).not.toContain('undici')
  })

  it('serves its health where it is told to, and has its socket where the sockets of this user are', async () => {
    await using worker = startAuxot([...start, '--health-addr', '0'], { env })
    const url = (await worker.line(/health is served at/)).replace(/^.*(http:\S+).*$/, '$1')
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    await worker.line(/connected to/)
    expect(await get(`${url}/livez`)).toEqual([200, 'alive\n'])
    expect(await get(`${url}/readyz`)).toEqual([200, 'idle\n'])
    const [, report] = await get(`${url}/status.json`)
    expect(readDocument(report, 'auxot.worker.report/v1')).toMatchObject({
      pid: worker.pid,
      claude: { credential: { kind: 'oauth-token', source: 'CLAUDE_CODE_OAUTH_TOKEN' } },
    })
    const [, metrics] = await get(`${url}/metrics`)
    expect(samplesOf(metrics).get('auxot_worker_connected')).toBe(1)
    const socket = join(runtimeDir, 'auxot', `${worker.pid}.sock`)
    expect((statSync(socket).mode & 0o777).toString(8)).toBe('600')
    worker.signal('SIGTERM')
    expect(await worker.ended).toMatchObject({ code: 0 })
    expect(existsSync(socket)).toBe(false)
  })

  it('ends with 2 and one sentence where the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const taken = { ...env, AUXOT_HEALTH_ADDR: `127.0.0.1:${port}` }
    const [text, json] = await Promise.all([
      runAuxot([...start, '--log-level', 'error'], { env: taken }),
      runAuxot([...start, '--json'], { env: taken }),
    ])
    server.close()
    const sentence = `Health cannot be served on 127.0.0.1:${port}: the port is taken`
    const hint = 'Give another address with --health-addr or AUXOT_HEALTH_ADDR; port 0 takes a free one.'
    expect(text).toMatchObject({ code: 2, stdout: '', stderr: `Error: ${sentence}.\n  ${hint}\n` })
    expect(json.code).toBe(2)
    expect(readDocument(json.stdout, 'auxot.error/v1')).toMatchObject({
      error: { message: sentence, hint, exitCode: 2 },
    })
    expect(existsSync(join(runtimeDir, 'auxot'))).toBe(false)
  })

  it('refuses what is no address', async () => {
    const { code, stderr } = await runAuxot([...start, '--health-addr', 'localhost:http'], { env })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^Error: --health-addr: "localhost:http" is no address to listen on\.\n {2}Write HOST:PORT/)
  })

  it.skipIf(process.platform === 'win32')('tries at once to come back from a rate limit at SIGUSR2', async () => {
    const resetsAtSeconds = Math.floor(Date.now() / 1_000) + 3_600
    const headers = rateLimitHeaders({ status: 'rejected', claim: 'five_hour', resetsAtSeconds })
    model.script({ ...apiErrors.rateLimited(), headers })
    await using worker = startAuxot(start, { env })
    await router.ready()
    await router.submit({ messages: [{ role: 'user', content: 'Hello' }] }).done
    await worker.line(/rate_limited until/)
    worker.signal('SIGUSR2')
    await worker.line(/coming back/)
    await router.ready()
    worker.signal('SIGTERM')
    expect(await worker.ended).toMatchObject({ code: 0 })
  })
})

async function get(url: string): Promise<[number, string]> {
  const response = await fetch(url, { headers: { connection: 'close' } })
  return [response.status, await response.text()]
}
