import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/shared/clock.ts'
import type { ClaudeEvent } from '../../../src/worker/claude/claude-event.ts'
import { ClaudeFailure } from '../../../src/worker/claude/claude-failure.ts'
import { JobCancelledError } from '../../../src/worker/jobs/job-cancelled-error.ts'
import { runJob } from '../../../src/worker/jobs/run-job.ts'
import { EngineOnTrial, never, noLiveTools } from '../../support/engine-on-trial.ts'
import { within } from '../../support/event-record.ts'
import { repositoryRoot } from '../../support/repository-root.ts'
import { assistantMessage, offeredTool, turnFrom, userMessage } from '../../support/turn-from.ts'

let engine: EngineOnTrial
let program: string

async function start(name: string): Promise<void> {
  program = join(repositoryRoot, 'test/fixtures/claude', `${name}.mjs`)
  engine = await EngineOnTrial.open({ program, warm: 0, cancelGraceMs: 300 })
}

beforeEach(() => {
  program = ''
})

afterEach(async () => {
  await within('the end of the engine', engine[Symbol.asyncDispose]())
  expect(engine.processes(), 'processes left behind').toEqual([])
})

/** What the turn failed with, and what it had said by then. */
async function failure(turn = turnFrom()): Promise<{ error: unknown; events: ClaudeEvent[] }> {
  const events: ClaudeEvent[] = []
  using lease = await engine.pool.lease(turn)
  try {
    for await (const event of lease.session.ask(turn, { callLiveTool: noLiveTools }, never)) events.push(event)
  } catch (error) {
    return { error, events }
  }
  throw new Error(`the turn did not fail; it said ${JSON.stringify(events)}`)
}

const facts = (error: unknown) => {
  if (!(error instanceof ClaudeFailure)) return error
  return { message: error.message, class: error.class, details: error.details, retryable: error.retryable }
}
const begun: ClaudeEvent[] = [{ type: 'text', text: 'Well,' }]

describe('a program that behaves', () => {
  it('is asked and answers', async () => {
    await start('answers')
    const { result } = await engine.ask(turnFrom({ prompt: 'hello' }))
    expect(result).toMatchObject({ text: 'You said: hello', costUsd: 0.25, sessionId: 'fake', stopReason: 'end_turn' })
  })
})

describe('a program that fails', () => {
  it.each([
    ['exits-before-ready', [], "exit code 1: error: unknown option '--include-partial-messages'"],
    ['dies-mid-answer', begun, 'signal SIGKILL: out of memory'],
    ['half-a-line-and-dies', begun, 'exit code 7'],
  ])('ends the turn with how it ended and what it said: %s', async (name, said, details) => {
    await start(name)
    const { error, events } = await failure()
    const message = 'Claude Code ended unexpectedly'
    expect({ ...(facts(error) as object), events }).toEqual({
      message,
      class: 'crashed',
      details,
      retryable: true,
      events: said,
    })
  })

  it('says so when it is gone before it was asked', async () => {
    await start('exits-before-ready')
    const turn = turnFrom()
    using lease = await engine.pool.lease(turn)
    await within('the end of the program', lease.session.closed)
    const asked = lease.session.ask(turn, { callLiveTool: noLiveTools }, never).next()
    await expect(asked).rejects.toMatchObject({ class: 'crashed', details: expect.stringContaining('exit code 1') })
  })

  it('says so when it is gone before its history was told, on either way', async () => {
    await start('exits-before-ready')
    const short = [userMessage('one'), assistantMessage('two')]
    const long = Array.from({ length: 30 }, () => short).flat()
    for (const history of [short, long]) {
      const { error } = await failure(turnFrom({ history }))
      expect(facts(error)).toMatchObject({ class: 'crashed', details: expect.stringContaining('exit code 1') })
    }
  })

  it('ends the turn at a line that is no JSON', async () => {
    await start('writes-no-json')
    const { error, events } = await failure()
    expect(facts(error)).toEqual({
      message: 'Claude Code wrote a line that is no JSON',
      class: 'crashed',
      details: undefined,
      retryable: true,
    })
    expect(events).toEqual(begun)
  })

  it('ends the turn when it refuses a request that matters', async () => {
    await start('refuses-control')
    const { error } = await failure()
    expect(facts(error)).toEqual({
      message: 'Claude Code refused the control request "apply_flag_settings"',
      class: 'crashed',
      details: 'Unsupported control request subtype: apply_flag_settings',
      retryable: false,
    })
  })

  it.each([
    ['in its group', 'stdout attached', []],
    ['in a session of its own', 'stdout detached', ['Bash']],
    ['for errors only', 'stderr detached', ['Bash']],
  ])('ends the turn although a program that it started, %s, holds on to its output', async (_, prompt, builtin) => {
    await start('leaves-a-grandchild')
    const { error, events } = await within('the failure', failure(turnFrom({ prompt, tools: { builtin } })))
    expect(facts(error)).toMatchObject({ class: 'crashed', details: 'exit code 3' })
    expect(events).toEqual([...begun, { type: 'text', text: expect.stringMatching(/^ \d+$/) }])
  })
})

describe('a program that says odd things', () => {
  it.each([
    ['a type that nobody knows', { type: 'hologram', image: {} }],
    ['an event that nobody knows', { type: 'stream_event', event: { type: 'content_block_glow' } }],
    [
      'a delta that nobody knows',
      { type: 'stream_event', event: { type: 'content_block_delta', delta: { type: 'x' } } },
    ],
    ['a note of a kind that nobody knows', { type: 'system', subtype: 'weather' }],
    ['an answer to a request that nobody made', { type: 'control_response', response: { request_id: 'none' } }],
    ['no object at all', 17],
    ['a list', []],
    ['nothing', null],
  ])('is read past %s', async (_, frame) => {
    await start('odd-frames')
    const { result } = await engine.ask(turnFrom({ prompt: JSON.stringify(frame) }))
    expect(result).toMatchObject({ text: 'Well,', stopReason: 'end_turn' })
  })

  it.each([
    ['an event without its event', { type: 'stream_event' }],
    ['a message without its message', { type: 'user' }],
    ['an answer without its answer', { type: 'control_response' }],
    ['a limit without its limit', { type: 'rate_limit_event' }],
  ])('fails the turn, and nothing else, with %s', async (_, frame) => {
    await start('odd-frames')
    const { error, events } = await failure(turnFrom({ prompt: JSON.stringify(frame) }))
    expect(facts(error)).toMatchObject({ message: 'Claude Code wrote a frame that cannot be read', class: 'crashed' })
    expect(events).toEqual(begun)
  })

  it('does no harm with a request without its request, whether the turn is over by then or not', async () => {
    await start('odd-frames')
    const answered = await engine
      .ask(turnFrom({ prompt: '{"type":"control_request"}' }))
      .catch((error: unknown) => error)
    if (answered instanceof Error) expect(facts(answered)).toMatchObject({ class: 'crashed' })
    else expect(answered).toMatchObject({ result: { text: 'Well,' } })
  })

  it('answers requests of kinds that nobody knows, so that nothing waits', async () => {
    await start('odd-frames')
    const frame = { type: 'control_request', request_id: 'r', request: { subtype: 'horoscope' } }
    const { result } = await engine.ask(turnFrom({ prompt: JSON.stringify(frame) }))
    expect(result.text).toBe('Well,')
  })
})

describe('a program that runs a returned tool although it was told not to', () => {
  it('is stopped when its answer is complete, and every call is handed to the caller', async () => {
    await start('runs-a-returned-tool')
    const returned = [offeredTool('look'), offeredTool('see', { callerName: 'see it' })]
    const { events, result } = await engine.ask(turnFrom({ tools: { returned } }))
    expect(result.toolCalls).toEqual([
      { id: 'toolu_look', name: 'look', input: { at: 'sea' } },
      { id: 'toolu_see', name: 'see it', input: { at: 'sea' } },
    ])
    expect(result.usage).toEqual({ inputTokens: 3, cacheTokens: 0, outputTokens: 9 })
    expect(events.map(({ type }) => type)).toEqual(['tool_generating', 'result'])
  })
})

describe('a program that goes silent', () => {
  it.each(['says-nothing', 'half-a-line', 'ignores-sigterm'])('stalls the job, and is ended: %s', async (name) => {
    await start(name)
    const stop = new AbortController()
    const outcome = await runJob(
      turnFrom(),
      {
        claude: engine.pool,
        report: () => {},
        callLiveTool: noLiveTools,
        cancel: (reason) => stop.abort(new JobCancelledError('job-1', reason)),
        limits: { totalMs: 60_000, stallMs: 1_000, modelRetries: 0 },
        clock: systemClock,
      },
      stop.signal,
    )
    expect(outcome).toMatchObject({ kind: 'failed', streamed: name !== 'says-nothing' })
    const { message, class: kind } = (outcome as { failure: ClaudeFailure }).failure
    expect({ message, kind }).toEqual({
      message: 'Claude Code said nothing for 1.0s (--stall-timeout)',
      kind: 'stalled',
    })
  })

  it('is killed when it does not end by itself within its grace', async () => {
    await start('ignores-sigterm')
    const turn = turnFrom()
    using lease = await engine.pool.lease(turn)
    const events = lease.session.ask(turn, { callLiveTool: noLiveTools }, never)
    await events.next()
    const ended = lease.session.end(200)
    expect(lease.session.state).toBe('ending')
    // It heard the signal, and stayed.
    expect((await events.next()).value).toEqual({ type: 'text', text: 'I stay.' })
    await expect(events.next()).rejects.toMatchObject({ details: 'signal SIGKILL' })
    await within('the end of the session', ended)
    expect(lease.session.state).toBe('ended')
  })

  it('is killed at once by whoever has no patience left', async () => {
    await start('ignores-sigterm')
    const turn = turnFrom()
    using lease = await engine.pool.lease(turn)
    const events = lease.session.ask(turn, { callLiveTool: noLiveTools }, never)
    await events.next()
    const ended = lease.session.end(3_600_000)
    engine.pool.kill()
    await within('the end of the session', ended)
  })
})

describe('a program that says far more than is read', () => {
  const pieces = 50_000
  // What may wait for the reader, in pieces: the queue of events, what one read of the pipe adds to it, and the pipe.
  const bound = 2_000 + 1_000

  it('is made to wait, and loses nothing', async () => {
    await start('floods-stdout')
    const turn = turnFrom({ prompt: String(pieces) })
    using lease = await engine.pool.lease(turn)
    const progressFile = () => join(`${engine.sessionFolders[0]}`, 'work/progress')
    let read = 0
    let furthestAhead = 0
    for await (const event of lease.session.ask(turn, { callLiveTool: noLiveTools }, never)) {
      if (event.type === 'result') {
        expect(event.result.text.length).toBe(pieces * 1_000)
        break
      }
      if (event.type !== 'text') continue
      if (Number.parseInt(event.text, 10) !== read) throw new Error(`piece ${read} is ${event.text.trimEnd()}`)
      read += 1
      if (read % 1_000 !== 0) continue
      // Time for the program to get as far ahead as it is let.
      await new Promise((resolve) => setTimeout(resolve, 5))
      furthestAhead = Math.max(furthestAhead, Number.parseInt(readFileSync(progressFile(), 'utf8'), 10) - read)
    }
    expect(read).toBe(pieces)
    expect(furthestAhead).toBeGreaterThan(0)
    expect(furthestAhead).toBeLessThan(bound)
  })
})
