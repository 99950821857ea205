import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { StopRequests } from '../../src/worker/stop-requests.ts'
import { listenForStopSignals } from '../../src/worker/stop-signals.ts'

function listening() {
  const emitter = new EventEmitter()
  const stop = new StopRequests()
  const lines: string[] = []
  const steps: unknown[] = []
  let now = 1_000_000
  const write = (level: string) => (_fields: unknown, line?: unknown) => lines.push(`${level} ${line}`)
  const handle = listenForStopSignals(stop, {
    emitter,
    clock: { now: () => now },
    log: { info: write('info'), warn: write('warn') } as never,
  })
  stop.onStep((step, { by, exit }) => steps.push([step, by, exit]))
  const signal = (name: string, afterMs = 0) => {
    now += afterMs
    emitter.emit(name, name)
  }
  return { emitter, stop, lines, steps, signal, handle }
}

describe('signals', () => {
  it('ask to finish, then to cancel, then to kill', () => {
    const { steps, signal } = listening()
    signal('SIGTERM')
    signal('SIGTERM', 1_000)
    signal('SIGTERM', 1_000)
    signal('SIGTERM', 1_000)
    expect(steps).toEqual([
      ['finish', 'SIGTERM', 'terminated'],
      ['cancel', 'SIGTERM', 'terminated'],
      ['kill', 'SIGTERM', 'terminated'],
    ])
  })

  it('ignores the same signal again within a second of the one that counted', () => {
    const { steps, signal } = listening()
    signal('SIGINT')
    signal('SIGINT', 999)
    expect(steps).toEqual([['finish', 'SIGINT', 'interrupted']])
    signal('SIGINT', 1)
    expect(steps).toHaveLength(2)
  })

  it('counts another signal at once', () => {
    const { steps, signal } = listening()
    signal('SIGTERM')
    signal('SIGINT')
    expect(steps).toEqual([
      ['finish', 'SIGTERM', 'terminated'],
      ['cancel', 'SIGINT', 'interrupted'],
    ])
  })

  it('goes on from where somebody else had asked before', () => {
    const { stop, steps, signal } = listening()
    stop.ask('drain', { by: 'worker drain', exit: 'terminated' })
    signal('SIGHUP')
    expect(steps.at(-1)).toEqual(['finish', 'SIGHUP', 'terminated'])
  })

  it('kills at the second signal when a time limit has cancelled already', () => {
    const { stop, steps, signal } = listening()
    signal('SIGTERM')
    stop.ask('cancel', { by: 'the drain time limit', exit: 'terminated' })
    signal('SIGTERM', 5_000)
    expect(steps.at(-1)).toEqual(['kill', 'SIGTERM', 'terminated'])
  })

  it('finishes at the first signal although the worker is finishing anyway', () => {
    const { stop, steps, signal } = listening()
    stop.ask('finish', { by: '--once', exit: 'terminated' })
    signal('SIGTERM')
    expect(steps.map((step) => (step as string[])[0])).toEqual(['finish'])
    signal('SIGTERM', 1_000)
    expect(steps.map((step) => (step as string[])[0])).toEqual(['finish', 'cancel'])
  })

  it('is answered even where nothing is left to ask for', () => {
    const { stop, lines, steps, signal } = listening()
    stop.ask('cancel', { by: 'the drain time limit', exit: 'terminated' })
    signal('SIGTERM')
    expect(steps).toHaveLength(1)
    expect(lines).toEqual(['warn SIGTERM: cancelling what runs; the next signal kills it'])
  })

  it('says each time what happens and what the next signal does', () => {
    const { lines, signal } = listening()
    signal('SIGQUIT')
    signal('SIGQUIT', 2_000)
    signal('SIGQUIT', 2_000)
    expect(lines).toEqual([
      'info SIGQUIT: finishing what runs, then leaving; the next signal cancels it',
      'warn SIGQUIT: cancelling what runs; the next signal kills it',
      'warn SIGQUIT: killing what is left and leaving now',
    ])
  })

  it('leaves no listener behind', () => {
    const { emitter, handle } = listening()
    handle[Symbol.dispose]()
    expect(emitter.eventNames()).toEqual([])
  })
})
