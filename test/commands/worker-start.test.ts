import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { Gate } from '../../src/dev/echo/gate.ts'
import { type EchoModel, startEchoModel } from '../../src/dev/echo-model.ts'
import { claudeProgram, inventedToken } from '../support/claude-program.ts'
import { readDocument } from '../support/json-documents.ts'
import { runAuxot, startAuxot } from '../support/run-auxot.ts'

const program = claudeProgram()

let router: DevRouter
let model: EchoModel
let env: Record<string, string>
let keyFile: string

beforeEach(async () => {
  router = await startDevRouter({ dialect: 'public' })
  model = await startEchoModel()
  const folder = mkdtempSync(join(tmpdir(), 'auxot-start-'))
  keyFile = join(folder, 'key')
  writeFileSync(keyFile, `${router.workerKey}\n`, { mode: 0o600 })
  env = {
    CLAUDE_PATH: `${program}`,
    CLAUDE_CODE_OAUTH_TOKEN: inventedToken,
    ANTHROPIC_BASE_URL: model.url,
    AUXOT_ROUTER_URL: router.httpUrl,
    AUXOT_GPU_KEY_FILE: keyFile,
    AUXOT_LOG_FORMAT: 'text',
  }
})
afterEach(async () => {
  await router[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
  rmSync(join(keyFile, '..'), { recursive: true })
})

const start = ['worker', 'start']

function eventsOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => readDocument(line, 'auxot.worker.event/v1'))
}

function ask(content: string) {
  return router.submit({ messages: [{ role: 'user', content }] })
}

describe.skipIf(!program)('auxot worker start', () => {
  it('serves jobs, says so in a line each, and leaves with 0 at the first signal', async () => {
    await using worker = startAuxot(start, { env })
    await worker.line(/connected to/)
    expect(await ask('Good morning').done).toMatchObject({
      kind: 'complete',
      message: { full_response: 'Echo: Good morning' },
    })
    await worker.line(/completed after/)
    worker.signal('SIGTERM')
    const { code, stdout, stderr } = await worker.ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    const lines = stderr
      .replace(/^\[[\d:]+\] /gm, '')
      .replace(/[\da-f]{8}[\da-f-]+/g, 'ID')
      .replace(/\d+(\.\d+)?(ms|s)\b/g, 'TIME')
    expect(lines).toContain(`INFO: connecting to ${router.httpUrl}\n`)
    expect(lines).toContain(`INFO: connected to ${router.httpUrl} as ID: model sonnet, 1 slot, built-in tools: none\n`)
    expect(lines).toMatch(/INFO: job \S+ started with sonnet\n/)
    expect(lines).toMatch(
      /INFO: job \S+ completed after TIME: \d+ tokens in, \d+ out, first token after TIME, \$[\d.]+\n/,
    )
    expect(lines).toContain('INFO: SIGTERM: finishing what runs, then leaving; the next signal cancels it')
    expect(stderr).not.toContain('Good morning')
  })

  it('prints one document per event with --json, and nothing of the prompt', async () => {
    await using worker = startAuxot([...start, '--json', '--once', '--tools', 'none'], { env })
    await router.ready()
    await ask('Good morning').done
    const { code, stdout, stderr } = await worker.ended
    expect(code).toBe(0)
    const events = eventsOf(stdout)
    const happened = events.map(({ type }) => type).filter((type) => type !== 'state')
    expect(happened).toEqual(['connecting', 'connected', 'job_started', 'job_finished'])
    expect(events.flatMap(({ to }) => to ?? [])).toEqual(['idle', 'draining', 'stopped'])
    expect(events.find(({ type }) => type === 'job_finished')).toMatchObject({ outcome: 'completed' })
    expect(stdout + stderr).not.toContain('Good morning')
  })

  it('ends with 4 and the source of the key when the router refuses it', async () => {
    const refused = { ...env, AUXOT_GPU_KEY: 'adm_0123456789abcdefcanary', AUXOT_GPU_KEY_FILE: '' }
    const text = await runAuxot([...start, '--quiet'], { env: refused })
    expect({ code: text.code, stdout: text.stdout }).toEqual({ code: 4, stdout: '' })
    expect(text.stderr).toMatch(/Error: The router refused the worker key .*AUXOT_GPU_KEY/)
    expect(text.stderr).not.toContain('abcdefcanary')
    const json = await runAuxot([...start, '--json'], { env: refused })
    const last = json.stdout.trim().split('\n').at(-1) ?? ''
    expect(readDocument(last, 'auxot.error/v1')).toMatchObject({ error: { code: 'AUTH_REFUSED', exitCode: 4 } })
  })

  it('reads the key from stdin', async () => {
    await using worker = startAuxot([...start, '--key-file', '-'], { env, input: `${router.workerKey}\n` })
    await worker.line(/connected to/)
    worker.signal('SIGINT')
    expect(await worker.ended).toMatchObject({ code: 0 })
  })

  it('finishes the job at the first signal', async () => {
    const gate = new Gate()
    model.script({ blocks: [{ type: 'text', chunks: ['Half', ' Whole'] }], gate })
    await using worker = startAuxot(start, { env })
    await router.ready()
    const job = ask('Hello')
    gate.release()
    await router.next('token')
    worker.signal('SIGTERM')
    await worker.line(/SIGTERM: finishing/)
    gate.open()
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Half Whole' } })
    expect(await worker.ended).toMatchObject({ code: 0 })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('cancels the job at a second signal: %s ends with %d', async (signal, expected) => {
    const gate = new Gate()
    model.script({ blocks: [{ type: 'text', chunks: ['Half', ' Whole'] }], gate })
    await using worker = startAuxot([...start, '--cancel-grace', '1s'], { env })
    await router.ready()
    const job = ask('Hello')
    gate.release()
    await router.next('token')
    worker.signal('SIGHUP')
    await worker.line(/SIGHUP: finishing/)
    worker.signal(signal)
    await worker.line(new RegExp(`${signal}: cancelling`))
    expect(await worker.ended).toMatchObject({ code: expected })
    expect((await job.done).kind).toBe('error')
  })

  it('retries a router that cannot be reached for ever, and stops when told to', async () => {
    await router.stop()
    const often = ['--reconnect-delay', '1ms', '--reconnect-max-delay', '5ms', '--log-level', 'debug']
    await using worker = startAuxot([...start, ...often], { env })
    await worker.line(/3 times so far/)
    worker.signal('SIGTERM')
    expect(await worker.ended).toMatchObject({ code: 0 })
  })

  it('says which of two credentials it uses, and why', async () => {
    await using worker = startAuxot(start, { env: { ...env, ANTHROPIC_API_KEY: 'sk-ant-api03-canary' } })
    const line = await worker.line(/ANTHROPIC_API_KEY/)
    expect(line).toContain(
      "Claude's credential is the token from CLAUDE_CODE_OAUTH_TOKEN. ANTHROPIC_API_KEY is set too and is not used: it bills the API.",
    )
    await router.ready()
    await ask('Hello').done
    expect(JSON.stringify(model.requests[0]?.headers)).not.toContain('canary')
    worker.signal('SIGTERM')
    await worker.ended
  })

  it('is refused when Claude Code is too old', async () => {
    const old = join(keyFile, '..', 'claude')
    writeFileSync(old, '#!/bin/sh\necho "2.1.200 (Claude Code)"\n', { mode: 0o755 })
    const { code, stderr } = await runAuxot(start, { env: { ...env, CLAUDE_PATH: old } })
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^Error: Claude Code 2\.1\.200 .* is too old: auxot needs 2\.1\.250 or newer\.\n {2}Install it/,
    )
  })
})
