import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { apiErrors, type EchoModel, Gate, rateLimitHeaders, startEchoModel } from '../../src/dev/echo-model.ts'
import { ReleaseStack } from '../../src/shared/disposal.ts'
import { descendantsOf, processGone, startedWith } from '../support/child-processes.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { readDocument } from '../support/json-documents.ts'
import { repositoryRoot } from '../support/repository-root.ts'
import { startAuxot } from '../support/run-auxot.ts'
import { WatchedProgram } from '../support/watched-program.ts'

const program = claudeProgram()
const keyCanary = 'adm_key_canary_0123456789abcdef'
const tokenCanary = 'sk-ant-oat01-token_canary_0123456789'

/** Runs auxot with its stdout and stderr on a disk that is full. */
const onFullDisk = `import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
const full = openSync('/dev/full', 'w')
const argv = [${JSON.stringify(join(repositoryRoot, 'bin', 'run.js'))}, ...process.argv.slice(2)]
spawn(process.execPath, argv, { stdio: ['inherit', full, full] }).on('exit', (code) => process.exit(code))`

/** `auxot worker start` as a process of its own, against a router and a model of this test. */
describe.skipIf(program === undefined)('the process of a worker', () => {
  const opened = new ReleaseStack()
  let router: DevRouter
  let model: EchoModel
  let env: Record<string, string>
  /** Its temporary folder, in which nothing may be left. */
  let folder: string

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'auxot-process-'))
    opened.defer(() => rmSync(folder, { recursive: true, force: true }))
    const policy = { builtin_tools: ['Bash'] }
    router = opened.use(await startDevRouter({ dialect: 'public', workerKey: keyCanary, policy }))
    model = opened.use(await startEchoModel())
    env = {
      TMPDIR: folder,
      CLAUDE_PATH: `${program}`,
      CLAUDE_CODE_OAUTH_TOKEN: tokenCanary,
      ANTHROPIC_BASE_URL: model.url,
      AUXOT_ROUTER_URL: router.httpUrl,
      AUXOT_GPU_KEY: keyCanary,
    }
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  const ask = (content: string) => router.submit({ messages: [{ role: 'user', content }] })
  const runs = (command: string) => {
    model.script({ blocks: [{ type: 'tool_use', id: 'toolu_run', name: 'Bash', input: { command } }] })
  }

  it('leaves with nothing left of it, neither process nor file', async () => {
    await using worker = startAuxot(['worker', 'start'], { env })
    await router.ready()
    expect(await ask('Hello').done).toMatchObject({ kind: 'complete' })
    const processes = descendantsOf(worker.pid)
    expect(processes.length).toBeGreaterThan(0)
    worker.signal('SIGTERM')
    expect(await worker.ended).toMatchObject({ code: 0 })
    for (const pid of processes) await processGone(pid)
    expect(readdirSync(folder)).toEqual([])
  })

  it('waits for a stubborn program no longer once it hears a third signal', async () => {
    await using program = await WatchedProgram.open()
    runs(program.command({ stubborn: true, detached: true }))
    await using worker = startAuxot(['worker', 'start', '--tools', 'Bash', '--cancel-grace', '1h'], { env })
    await router.ready()
    const job = ask('Run for ever')
    await program.begun()
    worker.signal('SIGHUP')
    await worker.line(/SIGHUP: finishing/)
    worker.signal('SIGTERM')
    expect(await job.done).toMatchObject({ kind: 'error' })
    await worker.line(/SIGTERM: cancelling/)
    expect(program.isRunning).toBe(true)
    worker.signal('SIGQUIT')
    expect(await worker.ended).toMatchObject({ code: 143 })
    await program.gone()
    expect(readdirSync(folder)).toEqual([])
  })

  it('that is killed leaves its traces to the next one, which removes them', async () => {
    await using program = await WatchedProgram.open()
    runs(program.command({ stubborn: true, detached: true }))
    await using killed = startAuxot(['worker', 'start', '--tools', 'Bash'], { env })
    await router.ready()
    const job = ask('Run for ever')
    await program.begun()
    killed.signal('SIGKILL')
    await killed.ended
    expect(program.isRunning).toBe(true)
    expect(readdirSync(folder)).not.toEqual([])
    await using worker = startAuxot(['worker', 'start', '--tools', 'Bash'], { env })
    await program.gone()
    expect(await job.done).toMatchObject({ kind: 'complete' })
    worker.signal('SIGTERM')
    expect(await worker.ended).toMatchObject({ code: 0 })
    expect(readdirSync(folder)).toEqual([])
  })

  it('that stays away because of a rate limit tries again at SIGUSR2', async () => {
    const facts = { status: 'rejected', claim: 'five_hour', resetsAtSeconds: 4_000_000_000 } as const
    model.script({ ...apiErrors.rateLimited(), headers: rateLimitHeaders(facts) })
    await using worker = startAuxot(['worker', 'start', '--json'], { env })
    await router.ready()
    expect(await ask('Hello').done).toMatchObject({ kind: 'error' })
    const line = await worker.line(/"to":"rate_limited"/)
    expect(readDocument(line, 'auxot.worker.event/v1')).toMatchObject({ until: '2096-10-02T07:06:40.000Z' })
    const job = ask('Again')
    worker.signal('SIGUSR2')
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: Again' } })
    worker.signal('SIGTERM')
    expect(await worker.ended).toMatchObject({ code: 0 })
  })

  it('opens no debugger at SIGUSR1, which those who run as its user may send', async () => {
    await using worker = startAuxot(['worker', 'start'], { env })
    await router.ready()
    worker.signal('SIGUSR1')
    expect(await ask('Hello').done).toMatchObject({ kind: 'complete' })
    worker.signal('SIGTERM')
    expect(await worker.ended).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/debugger|inspector/i) })
  })

  it.skipIf(!existsSync('/dev/full')).each([
    ['--log-format=json', 0],
    ['--log-format=text', 0],
    ['--json', 1],
  ])('serves on while nothing that it writes can be kept (%s)', async (option, code) => {
    const program = join(folder, 'full.mjs')
    writeFileSync(program, onFullDisk)
    await using worker = startAuxot(['worker', 'start', '--once', '--linger', '0s', option], { env, program })
    await router.ready()
    expect(await ask('Hello').done).toMatchObject({ kind: 'complete' })
    expect(await worker.ended).toMatchObject({ code, stdout: '', stderr: '' })
  })

  it('ends with 4 when the model service refuses its credential, and says where that came from', async () => {
    model.always(apiErrors.unauthorized())
    await using worker = startAuxot(['worker', 'start', '--json'], { env })
    await router.ready()
    expect(await ask('Hello').done).toMatchObject({ kind: 'error' })
    const { code, stdout } = await worker.ended
    expect(code).toBe(4)
    const lines = stdout.trim().split('\n')
    expect(readDocument(lines.pop() ?? '', 'auxot.error/v1')).toMatchObject({
      error: { code: 'CREDENTIAL_REFUSED', message: expect.stringContaining('CLAUDE_CODE_OAUTH_TOKEN'), exitCode: 4 },
    })
    const events = lines.map((line) => readDocument<{ type: string }>(line, 'auxot.worker.event/v1'))
    expect(events.map(({ type }) => type)).toContain('job_finished')
  })

  it.each([{ flags: [] }, { flags: ['--json'] }])('tells its secrets to nobody: $flags', async ({ flags }) => {
    const gate = new Gate()
    model.script({ blocks: [{ type: 'text', text: 'one two' }], gate })
    model.always(apiErrors.unauthorized())
    const argv = ['worker', 'start', '--log-level', 'trace', '--log-payloads', ...flags]
    await using worker = startAuxot(argv, { env })
    await router.ready()
    const job = ask('Hello')
    gate.release()
    await router.next('token')
    const processes = descendantsOf(worker.pid)
    expect(processes.length).toBeGreaterThan(0)
    for (const pid of processes) expect(startedWith(pid)).not.toContain('canary')
    gate.open()
    await job.done
    await ask('Refused').done
    const { code, stdout, stderr } = await worker.ended
    expect(code).toBe(4)
    expect(stderr).not.toBe('')
    expect(stdout + stderr).not.toMatch(/canary/)
  })
})
