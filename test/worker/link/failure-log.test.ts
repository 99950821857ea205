import { expect, test } from 'vitest'
import type { Log } from '../../../src/shared/log.ts'
import { FailureLog } from '../../../src/worker/link/failure-log.ts'
import type { LinkFailure } from '../../../src/worker/link/link-handlers.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const refused: LinkFailure = { kind: 'unreachable', reason: 'nothing listens', hint: 'Is the router running?' }
const unknown: LinkFailure = { kind: 'unreachable', reason: 'the host is not known' }

function startLog() {
  const clock = new ManualClock()
  const warned: string[] = []
  const whispered: string[] = []
  const log = {
    warn: (_fields: object, message: string) => warned.push(message),
    debug: (_fields: object, message: string) => whispered.push(message),
  } as unknown as Log
  return { clock, warned, whispered, failures: new FailureLog(log, clock) }
}

test('a failure is said at its first time, with the way out', () => {
  const { warned, failures } = startLog()
  failures.note(refused, 800)
  failures.note(unknown, 1_600)
  expect(warned).toEqual([
    'no connection to the router: nothing listens; next try in 800ms. Is the router running?',
    'no connection to the router: the host is not known; next try in 1.6s',
  ])
})

test('the same failure is said again every five minutes, with the number of times', () => {
  const { clock, warned, whispered, failures } = startLog()
  for (let i = 0; i < 61; i++) {
    failures.note(refused, 10_000)
    clock.advance(10_000)
  }
  expect(warned).toEqual([
    'no connection to the router: nothing listens; next try in 10.0s. Is the router running?',
    'no connection to the router: nothing listens (31 times so far); next try in 10.0s. Is the router running?',
    'no connection to the router: nothing listens (61 times so far); next try in 10.0s. Is the router running?',
  ])
  expect(whispered).toHaveLength(58)
})

test('after a healthy connection the same failure is news', () => {
  const { warned, failures } = startLog()
  failures.note(unknown, 800)
  failures.clear()
  failures.note(unknown, 800)
  expect(warned).toHaveLength(2)
})

test('a router that says something new each time does not fill the memory, and is still heard', () => {
  const { warned, failures } = startLog()
  for (let i = 0; i < 200; i++) failures.note({ kind: 'rejected', reason: `request ${i} failed` }, 1_000)
  expect(warned).toHaveLength(200)
})
