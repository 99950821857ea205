import { describe, expect, it } from 'vitest'
import { type Situation, stateFrom } from '../../src/worker/state-from.ts'

const idle: Situation = { isAway: false, isLeaving: false, isConnected: true, jobs: 0, stateBefore: 'busy' }

describe('the state of a worker', () => {
  it.each<[string, Partial<Situation>, ReturnType<typeof stateFrom>]>([
    ['idle with a connection and no job', {}, 'idle'],
    ['busy with a job', { jobs: 1 }, 'busy'],
    ['draining once it leaves, with jobs', { isLeaving: true, jobs: 1 }, 'draining'],
    ['draining once it leaves, without a connection', { isLeaving: true, isConnected: false }, 'draining'],
    [
      'reconnecting without a connection, with jobs that are still being ended',
      { isConnected: false, jobs: 1 },
      'reconnecting',
    ],
    ['still starting before the first connection', { isConnected: false, stateBefore: 'starting' }, undefined],
    ['what the absence says while it is away', { isAway: true, isConnected: false }, undefined],
    [
      'stopped for good, also where a job is settled afterwards',
      { isConnected: false, stateBefore: 'stopped' },
      undefined,
    ],
  ])('is %s', (_, situation, state) => {
    expect(stateFrom({ ...idle, ...situation })).toBe(state)
  })
})
