import { expect, test } from 'vitest'
import { Heartbeat } from '../../../src/worker/link/heartbeat.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function startHeartbeat() {
  const clock = new ManualClock()
  const startedAt = clock.now()
  const beats: number[] = []
  const silences: { afterMs: number; silenceMs: number }[] = []
  const heartbeat = new Heartbeat({
    clock,
    intervalMs: 10_000,
    beat: () => beats.push(clock.now() - startedAt),
    silent: (silenceMs) => silences.push({ afterMs: clock.now() - startedAt, silenceMs }),
  })
  return { clock, beats, silences, heartbeat }
}

test('beats every interval', () => {
  const { clock, beats, heartbeat } = startHeartbeat()
  clock.advance(25_000)
  expect(beats).toEqual([10_000, 20_000])
  heartbeat[Symbol.dispose]()
})

test('finds silence exactly three intervals after the last sign, once, and leaves no timer', () => {
  const { clock, silences, heartbeat } = startHeartbeat()
  clock.advance(12_345)
  heartbeat.sign()
  clock.advance(29_999)
  expect(silences).toEqual([])
  clock.advance(1)
  expect(silences).toEqual([{ afterMs: 42_345, silenceMs: 30_000 }])
  expect(clock.armed).toBe(0)
})

test('a sign before every third interval keeps it going', () => {
  const { clock, silences, heartbeat } = startHeartbeat()
  for (let i = 0; i < 100; i++) {
    clock.advance(29_999)
    heartbeat.sign()
  }
  expect(silences).toEqual([])
  heartbeat[Symbol.dispose]()
})

test('a process that was stopped asks once more before it gives the router up', () => {
  const { clock, beats, silences, heartbeat } = startHeartbeat()
  clock.advance(15_000)
  clock.oversleep(3_600_000)
  expect([beats.length, silences]).toEqual([2, []])
  heartbeat.sign()
  clock.advance(29_999)
  expect(silences).toEqual([])
  clock.advance(1)
  expect(silences).toHaveLength(1)
})

test('a process that was stopped gives up one interval later when nothing comes', () => {
  const { clock, silences } = startHeartbeat()
  clock.oversleep(3_600_000)
  clock.advance(9_999)
  expect(silences).toEqual([])
  clock.advance(1)
  expect(silences).toHaveLength(1)
})

test('the age counts from the last answer to a beat, not from any sign', () => {
  const { clock, heartbeat } = startHeartbeat()
  clock.advance(4_000)
  expect(heartbeat.ackAgeMs).toBe(4_000)
  heartbeat.ack()
  clock.advance(7_000)
  heartbeat.sign()
  expect(heartbeat.ackAgeMs).toBe(7_000)
  heartbeat[Symbol.dispose]()
})

test('leaves no timer when it is disposed', () => {
  const { clock, beats, heartbeat } = startHeartbeat()
  clock.advance(10_000)
  heartbeat[Symbol.dispose]()
  clock.advance(100_000)
  expect([clock.armed, beats]).toEqual([0, [10_000]])
})
