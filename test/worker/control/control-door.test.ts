import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ReleaseStack } from '../../../src/shared/disposal.ts'
import { refusal } from '../../../src/worker/control/answer-request.ts'
import { ControlDoor } from '../../../src/worker/control/control-door.ts'
import type { ControlPlace } from '../../../src/worker/control/control-places.ts'
import { ControlVisit } from '../../support/control-visit.ts'
import { LogRecord } from '../../support/log-record.ts'
import { openOwnTmpdir } from '../../support/own-tmpdir.ts'
import { WatchedClock } from '../../support/watched-clock.ts'

const own = `${process.pid}.sock`
const lookEveryMs = 40_000

let opened: ReleaseStack
let base: string
let clock: WatchedClock
let session: ControlPlace
let lasting: ControlPlace

beforeEach(() => {
  opened = new ReleaseStack()
  base = openOwnTmpdir(opened, 'auxot-door-')
  clock = new WatchedClock()
  session = { base: join(base, 'run'), levels: ['auxot'], isPrivate: true }
  lasting = { base, levels: ['auxot-0'], isPrivate: false }
  mkdirSync(session.base, { mode: 0o700 })
})
afterEach(() => opened[Symbol.asyncDispose]())

async function open(places: readonly ControlPlace[] = [session, lasting]): Promise<ControlDoor> {
  const door = await ControlDoor.open({ places, answer: refusal, clock, log: new LogRecord() })
  opened.use(door)
  await clock.waitOf(lookEveryMs)
  return door
}

/** Lets the door be looked for once, and waits until that is done. */
async function lookOnce(): Promise<void> {
  clock.advance(lookEveryMs)
  await clock.waitOf(lookEveryMs)
}

/** Whether somebody answers there. */
async function answersAt(path: string): Promise<boolean> {
  await using visit = await ControlVisit.begin(path)
  return (await visit.say('hello\n').answer()) !== undefined
}

it('a door whose folder has gone opens again at the next best place', async () => {
  await open()
  const first = join(session.base, 'auxot', own)
  expect(await answersAt(first)).toBe(true)
  rmSync(session.base, { recursive: true })
  await lookOnce()
  expect(await answersAt(join(base, 'auxot-0', own))).toBe(true)
})

it('a door whose file was removed opens again at the same place', async () => {
  await open()
  rmSync(join(session.base, 'auxot', own))
  await lookOnce()
  expect(await answersAt(join(session.base, 'auxot', own))).toBe(true)
})

it('a door that is where it was is left alone', async () => {
  await open()
  await using visit = await ControlVisit.begin(join(session.base, 'auxot', own))
  await lookOnce()
  expect(await visit.say('still there?\n').answer()).toBeDefined()
})

it('a door that was not to be had is opened as soon as there is a place', async () => {
  rmSync(session.base, { recursive: true })
  const door = await open([session])
  expect(door.isOpen).toBe(false)
  mkdirSync(session.base, { mode: 0o700 })
  await lookOnce()
  expect(door.isOpen).toBe(true)
})

it('a door that is closed while it is looked for stays closed', async () => {
  const door = await ControlDoor.open({ places: [session, lasting], answer: refusal, clock, log: new LogRecord() })
  rmSync(session.base, { recursive: true })
  clock.advance(lookEveryMs)
  await door[Symbol.asyncDispose]()
  expect([existsSync(join(base, 'auxot-0')), clock.armed]).toEqual([false, 0])
})
