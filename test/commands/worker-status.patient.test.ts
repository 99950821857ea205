import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StatusDocument } from '../../src/cli/fleet/status/status-document.ts'
import { AuxotOnTerminal } from '../support/auxot-on-terminal.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { HostOnTrial } from '../support/host-on-trial.ts'
import { HttpPage } from '../support/http-page.ts'
import { readDocument } from '../support/json-documents.ts'
import { runAuxot } from '../support/run-auxot.ts'

const status = ['worker', 'status']

function documentOf(text: string): StatusDocument {
  return readDocument(text, 'auxot.worker.status/v1')
}

describe.skipIf(!claudeProgram())('auxot worker status', () => {
  let host: HostOnTrial
  beforeEach(async () => {
    host = await HostOnTrial.open()
    return () => host[Symbol.asyncDispose]()
  })

  it('shows the router and the workers in the foreground, to people and to scripts', async () => {
    const worker = await host.addWorker()
    const job = await host.giveJob()
    const [text, json] = await Promise.all([host.run(status), host.run([...status, '--json'])])
    expect([text.code, json.code, json.stderr]).toEqual([0, 0, ''])
    const lines = text.stdout.split('\n')
    expect(lines[0]).toBe(`router  ${host.router.httpUrl}: 1 worker, 1 of 1 slot busy, 0 available`)
    const row = lines.find((line) => line.startsWith(`pid-${worker.pid} `)) ?? ''
    expect(row.split(/\s{2,}/)).toMatchObject(
      [`pid-${worker.pid}`, 'busy', job.id, /\d/, '0', '0', /^\d/, 'yes', /./].map(looksLike),
    )
    const { router, workers } = documentOf(json.stdout)
    expect(router).toEqual({ url: host.router.httpUrl, reachable: true, workers: 1, slots: 1, busy: 1, available: 0 })
    expect(workers.find(({ pid }) => pid === worker.pid)).toMatchObject({
      id: `pid-${worker.pid}`,
      fleet: null,
      state: 'busy',
      upToDate: true,
      router: host.router.httpUrl,
      routerId: host.router.workers[0]?.id,
      slots: { total: 1, inUse: 1 },
      job: { id: job.id },
      jobs: { started: 1, completed: 0, failed: 0, other: 0 },
      claude: { auth: { kind: 'oauth-token', source: 'CLAUDE_CODE_OAUTH_TOKEN' } },
    })
    await job.finish()
  })

  it('finds the router through its workers where nobody names one', async () => {
    await host.addWorker('--warm', '0')
    const { code, stdout } = await host.run([...status, '--json'], { AUXOT_ROUTER_URL: '' })
    const { router, warnings } = documentOf(stdout)
    // Workers of this user that are not the test's may be at another.
    if (warnings.every(({ code: each }) => each !== 'OTHER_ROUTER'))
      expect([code, router.url]).toEqual([0, host.router.httpUrl])
    expect(router.url).not.toBeNull()
  })

  it('shows the workers all the same where the router cannot be asked, and ends with 5', async () => {
    const worker = await host.addWorker('--warm', '0')
    const { code, stdout } = await host.run([...status, '--json', '--router-url', 'http://127.0.0.1:9'])
    const { router, workers, warnings } = documentOf(stdout)
    expect([code, router]).toMatchObject([5, { url: 'http://127.0.0.1:9', reachable: false, workers: null }])
    expect(workers.some(({ id, state }) => id === `pid-${worker.pid}` && state === 'idle')).toBe(true)
    expect(warnings.map((warning) => warning.code)).toEqual(
      expect.arrayContaining(['ROUTER_UNREACHABLE', 'OTHER_ROUTER']),
    )
  })

  it('--watch appends a line for each change, until it is interrupted', async () => {
    const worker = await host.addWorker()
    const name = `pid-${worker.pid}`
    await using watch = host.start([...status, '--watch'])
    await watch.line(new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${name} idle$`))
    const job = await host.giveJob()
    await watch.line(new RegExp(` ${name} idle → busy \\(job ${job.id}\\)$`))
    await job.finish()
    await watch.line(new RegExp(` ${name} busy → idle$`))
    watch.signal('SIGINT')
    expect(await watch.ended).toMatchObject({ code: 0, signal: null })
  })

  it('--watch --json prints a document on each line', async () => {
    const worker = await host.addWorker('--warm', '0')
    await using watch = host.start([...status, '--watch', '--json'])
    await watch.line(/"auxot\.worker\.status\/v1"/)
    worker.signal('SIGTERM')
    await watch.line(/"workers":0,/)
    watch.signal('SIGTERM')
    const { code, stdout } = await watch.ended
    expect(code).toBe(0)
    const documents = stdout.trimEnd().split('\n').map(documentOf)
    const isThere = documents.map(({ workers }) => workers.some(({ pid }) => pid === worker.pid))
    expect([isThere[0], isThere.at(-1)]).toEqual([true, false])
  })

  it('--watch is redrawn in place on a terminal, and leaves it as it was', async () => {
    const worker = await host.addWorker()
    await using terminal = new AuxotOnTerminal([...status, '--watch'], { ...host.env, TERM: 'xterm-256color' })
    await terminal.shows(`pid-${worker.pid}`)
    const job = await host.giveJob()
    await terminal.shows(job.id)
    await job.finish()
    await terminal.shows(' idle ')
    expect((await terminal.lines()).filter((line) => line.startsWith('WORKER'))).toHaveLength(1)
    terminal.type('\u0003')
    expect(await terminal.ended).toBe(0)
    expect(terminal.written).toContain('\u001b[32midle')
    expect(terminal.written.trimEnd().endsWith('\u001b[?25h')).toBe(true)
  })

  it('--wait ends when what was waited for has come', async () => {
    await using waiting = host.start([...status, '--wait', 'ready=1', '--json'])
    await host.addWorker('--warm', '0')
    const { code, stdout } = await waiting.ended
    expect(code).toBe(0)
    const { idle = 0, busy = 0 } = documentOf(stdout).summary
    expect(idle + busy).toBeGreaterThan(0)
  })

  /** Matches a text that is exactly this, or like this. */
  function looksLike(expected: string | RegExp) {
    return typeof expected === 'string' ? expected : expect.stringMatching(expected)
  }
})

describe('auxot worker status, without a worker', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auxot-status-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  // Of a fleet that is not there: workers of this user that are not the test's do not count.
  const nobody = [...status, '--fleet', 'nobody-has-this']
  const noEngine = () => ({ DOCKER_HOST: `unix://${folder}/no-docker` })

  it('says that there is none, and that is no failure', async () => {
    await using page = await HttpPage.saying(
      '{"status":"ok","workers":0,"total_slots":0,"active_jobs":0,"available":0}',
    )
    const env = { AUXOT_ROUTER_URL: page.url }
    const [text, json] = await Promise.all([runAuxot(nobody, { env }), runAuxot([...nobody, '--json'], { env })])
    expect([text.code, json.code]).toEqual([0, 0])
    expect(text.stdout).toContain(
      '\nThe fleet "nobody-has-this" has no workers. "auxot worker scale 2 --fleet nobody-has-this" starts two.\n',
    )
    expect(documentOf(json.stdout)).toMatchObject({ workers: [], fleet: { name: 'nobody-has-this', actual: 0 } })
  })

  it('ends with 7 where the engine that was named cannot be used, and says what else there is', async () => {
    const { code, stdout } = await runAuxot([...nobody, '--json'], { env: noEngine() })
    const { fleet, warnings } = documentOf(stdout)
    expect([code, fleet]).toMatchObject([7, { backend: 'docker', desired: null, actual: null }])
    expect(warnings.map((warning) => warning.code)).toEqual(['NO_ROUTER', 'ENGINE_UNUSABLE'])
  })

  it('ends with 124 when time has passed, with the last document, or the last table', async () => {
    const waits = [...nobody, '--wait', 'ready=2', '--timeout', '300ms']
    const [text, json] = await Promise.all([runAuxot(waits), runAuxot([...waits, '--json', '--quiet'])])
    expect([text.code, json.code]).toEqual([124, 124])
    expect(text.stdout).toMatch(/^router {2}not known\n/)
    expect(text.stderr).toMatch(
      /^- 0 of 2 workers are ready\n(.*\n)*Error: 300ms have passed, and 0 of 2 workers are ready\.\n$/,
    )
    expect(documentOf(json.stdout)).toMatchObject({ workers: [] })
    expect(json.stderr).toBe('Error: 300ms have passed, and 0 of 2 workers are ready.\n')
  })

  it('waits for nothing to be there, where nothing may be there that it cannot see', async () => {
    const waits = [...nobody, '--wait', 'workers=0', '--timeout', '300ms', '--quiet', '--json']
    expect((await runAuxot(waits)).code).toBe(0)
    expect((await runAuxot(waits, { env: noEngine() })).code).toBe(124)
  })

  it('trusts the authorities that it is told of', async () => {
    const tls = new URL('../fixtures/tls/', import.meta.url)
    const [cert, key] = ['router.pem', 'router-key.pem'].map((name) => readFileSync(new URL(name, tls), 'utf8'))
    const answer = '{"status":"ok","workers":3}'
    await using page = await HttpPage.open((_, response) => response.end(answer), { cert: `${cert}`, key: `${key}` })
    const argv = [...nobody, '--json', '--router-url', `https://localhost:${page.port}`]
    const told = await runAuxot(argv, { env: { NODE_EXTRA_CA_CERTS: new URL('router.pem', tls).pathname } })
    expect([told.code, documentOf(told.stdout).router]).toMatchObject([0, { reachable: true, workers: 3 }])
    const untold = await runAuxot(argv)
    expect([untold.code, documentOf(untold.stdout).router.reason]).toEqual([
      5,
      expect.stringContaining('is signed by somebody this host does not trust'),
    ])
  })

  it.each([
    [['--wait', 'five'], '--wait: "five" is nothing to wait for', 'Write ready=5, idle or workers=0.'],
    [['--wacth'], 'There is no flag --wacth', 'Did you mean --watch?'],
    [['default-1'], 'auxot worker status was given an argument it does not take', 'See "auxot worker status --help".'],
    [['--timeout', '5'], '--timeout: "5" is no duration', 'Write a number with its unit: 250ms, 90s, 5m or 1h.'],
  ])('refuses %j in one sentence', async (flags, message, hint) => {
    const [text, json] = await Promise.all([runAuxot([...status, ...flags]), runAuxot([...status, ...flags, '--json'])])
    expect(text).toMatchObject({ code: 2, stdout: '', stderr: `Error: ${message}.\n  ${hint}\n` })
    expect(readDocument(json.stdout, 'auxot.error/v1')).toMatchObject({ error: { message, hint, exitCode: 2 } })
  })

  it.skipIf(existsSync('/var/run/docker.sock'))('loads no package at all: scripts ask often', async () => {
    await using page = await HttpPage.saying('{"status":"ok"}')
    const hooks = join(folder, 'hooks.mjs')
    const list = join(folder, 'list')
    writeFileSync(
      hooks,
      `import { appendFileSync } from 'node:fs'
      import { registerHooks } from 'node:module'
      registerHooks({ load: (url, context, next) => (appendFileSync(process.env.LIST, url + '\\n'), next(url, context)) })`,
    )
    const env = { NODE_OPTIONS: `--import ${hooks}`, LIST: list, AUXOT_ROUTER_URL: page.url, XDG_RUNTIME_DIR: folder }
    const { code } = await runAuxot([...status, '--json'], { env })
    expect(code).toBe(0)
    const loaded = readFileSync(list, 'utf8')
    expect(loaded).toContain('/run-status.js')
    expect(loaded.match(/.*node_modules.*/g)).toBeNull()
  })
})
