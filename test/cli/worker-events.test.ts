import { Chalk } from 'chalk'
import { describe, expect, it } from 'vitest'
import { createEventOutput, eventDocument } from '../../src/cli/event-output.ts'
import { sentenceFrom } from '../../src/cli/event-sentence.ts'
import { workerStates } from '../../src/protocol/worker-state.ts'
import { jobOutcomeNames } from '../../src/worker/jobs/job-outcome.ts'
import { failureKinds } from '../../src/worker/link/link-handlers.ts'
import type { WorkerEvent } from '../../src/worker/worker-events.ts'
import { expectDocument } from '../support/json-documents.ts'

const finished = { type: 'job_finished', jobId: 'j1', outcome: 'completed', durationMs: 3_210 } as const
const counted = { firstTokenMs: 812, inputTokens: 1_204, outputTokens: 88, costUsd: 0.01234 }

const table: readonly (readonly [WorkerEvent, string | undefined])[] = [
  [{ type: 'connecting', router: 'https://r', attempt: 1 }, 'info connecting to https://r'],
  [{ type: 'connecting', router: 'https://r', attempt: 3 }, undefined],
  [
    { type: 'connected', router: 'https://r', workerId: 'w1', model: 'sonnet', slots: 1, builtinTools: [] },
    'info connected to https://r as w1: model sonnet, 1 slot, built-in tools: none',
  ],
  [
    { type: 'connected', router: 'https://r', workerId: 'w1', model: 'opus', slots: 4, builtinTools: ['Bash', 'Read'] },
    'info connected to https://r as w1: model opus, 4 slots, built-in tools: Bash, Read',
  ],
  [{ type: 'disconnected', kind: 'dropped', reason: 'lost', retryInMs: 4_200 }, undefined],
  [{ type: 'state', from: 'starting', to: 'idle' }, 'info idle'],
  [{ type: 'state', from: 'idle', to: 'busy' }, undefined],
  [{ type: 'state', from: 'busy', to: 'idle' }, undefined],
  [{ type: 'state', from: 'idle', to: 'draining', reason: 'SIGTERM' }, 'info draining: SIGTERM'],
  [
    { type: 'state', from: 'busy', to: 'rate_limited', until: '2030-01-01T00:00:00.000Z', reason: 'five_hour' },
    'warn rate_limited until 2030-01-01T00:00:00.000Z: five_hour',
  ],
  [{ type: 'state', from: 'busy', to: 'auth_failed', reason: 'refused' }, 'error auth_failed: refused'],
  [{ type: 'job_started', jobId: 'j1', model: 'sonnet' }, 'info job j1 started with sonnet'],
  [{ ...finished }, 'info job j1 completed after 3.2s'],
  [
    { ...finished, ...counted },
    'info job j1 completed after 3.2s: 1204 tokens in, 88 out, first token after 812ms, $0.0123',
  ],
  [
    { ...finished, outcome: 'failed', failure: { class: 'auth', message: 'Invalid token' } },
    'warn job j1 failed after 3.2s: auth: Invalid token',
  ],
  [{ type: 'warning', code: 'X', message: 'Mind this.' }, 'warn Mind this.'],
]

describe('an event as a person reads it', () => {
  it.each(table)('%o', (event, expected) => {
    const sentence = sentenceFrom(event)
    expect(sentence && `${sentence.level} ${sentence.text}`).toBe(expected)
  })
})

describe('an event as a script reads it', () => {
  it.each(table)('%o', (event) => {
    const document = eventDocument(event, Date.UTC(2030, 0, 1))
    expect(document).toEqual({ schema: 'auxot.worker.event/v1', time: '2030-01-01T00:00:00.000Z', ...event })
    expectDocument(document, 'auxot.worker.event/v1')
  })

  it.each(workerStates)('may be in state %s', (state) => {
    expectDocument(eventDocument({ type: 'state', from: 'idle', to: state }, 0), 'auxot.worker.event/v1')
  })

  it.each(failureKinds)('may have lost its connection by %s', (kind) => {
    expectDocument(eventDocument({ type: 'disconnected', kind, reason: 'x' }, 0), 'auxot.worker.event/v1')
  })

  it.each(jobOutcomeNames)('may have the outcome %s', (outcome) => {
    expectDocument(eventDocument({ ...finished, outcome }, 0), 'auxot.worker.event/v1')
  })

  it('has no field that the schema does not know', () => {
    const strange = { ...finished, prompt: 'canary' }
    expect(() => expectDocument(eventDocument(strange, 0), 'auxot.worker.event/v1')).toThrow('canary')
  })
})

function output(choice: { json?: boolean; quiet?: boolean; logFormat?: 'text' | 'json'; colour?: boolean }) {
  const lines: unknown[][] = []
  const log =
    (level: string) =>
    (...args: unknown[]) =>
      lines.push([level, ...args])
  const show = createEventOutput({
    json: choice.json ?? false,
    quiet: choice.quiet ?? false,
    logFormat: choice.logFormat ?? 'text',
    log: { info: log('info'), warn: log('warn'), error: log('error') } as never,
    chalk: new Chalk({ level: choice.colour ? 1 : 0 }),
    print: (line) => lines.push(['stdout', line]),
    now: () => 0,
  })
  return { lines, show }
}

const warning: WorkerEvent = { type: 'warning', code: 'X', message: 'Mind this.' }
const started: WorkerEvent = { type: 'job_started', jobId: 'j1', model: 'sonnet' }

describe('events go', () => {
  it('to the log as sentences', () => {
    const { lines, show } = output({})
    show(started)
    show(warning)
    expect(lines).toEqual([
      ['info', 'job j1 started with sonnet'],
      ['warn', 'Mind this.'],
    ])
  })

  it('to a JSON log with their fields', () => {
    const { lines, show } = output({ logFormat: 'json' })
    show(started)
    show(warning)
    expect(lines).toEqual([
      ['info', { event: 'job_started', jobId: 'j1', model: 'sonnet' }, 'job j1 started with sonnet'],
      ['warn', { event: 'warning', code: 'X' }, 'Mind this.'],
    ])
  })

  it('to stdout alone with --json, one per line', () => {
    const { lines, show } = output({ json: true })
    show({ type: 'state', from: 'idle', to: 'busy' })
    expect(lines).toEqual([
      [
        'stdout',
        '{"schema":"auxot.worker.event/v1","time":"1970-01-01T00:00:00.000Z","type":"state","from":"idle","to":"busy"}',
      ],
    ])
  })

  it('nowhere with --quiet, unless something is wrong', () => {
    const { lines, show } = output({ quiet: true })
    show(started)
    show(warning)
    expect(lines).toEqual([['warn', 'Mind this.']])
  })

  it('in colour to a terminal that wants it', () => {
    const { lines, show } = output({ colour: true })
    show(warning)
    expect(lines).toEqual([['warn', '\u001b[33mMind this.\u001b[39m']])
  })

  it('without anything that would steer the terminal', () => {
    const { lines, show } = output({})
    show({ ...started, jobId: 'j\u001b[2J\r\n1' })
    expect(lines).toEqual([['info', 'job j [2J 1 started with sonnet']])
  })
})
