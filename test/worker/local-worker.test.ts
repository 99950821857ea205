import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { Gate } from '../../src/dev/echo-model.ts'
import { ReleaseStack } from '../../src/shared/disposal.ts'
import { controlPlaces, folderOf, makePlace } from '../../src/worker/control/control-places.ts'
import { askLocalWorker, localWorkers, untilLocalWorkerEnded } from '../../src/worker/local-worker.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { type House, openHouse } from '../support/house.ts'
import { text } from '../support/job-parts.ts'
import { openOwnTmpdir } from '../support/own-tmpdir.ts'
import { WatchedClock } from '../support/watched-clock.ts'

const withoutClaude = { claude: { warm: 0 } } as const

/** The workers of a house, among all those of this user. */
async function workersOf({ folder }: House) {
  return (await localWorkers(undefined)).filter(({ path }) => path.startsWith(folder))
}

/** The house's one worker. */
async function workerOf(house: House) {
  const [worker] = await workersOf(house)
  if (!worker) throw new Error('the worker is not found')
  return worker
}

describe.skipIf(claudeProgram() === undefined)('a worker of this host', () => {
  it('is found under the name of its process, with what it says of itself', async () => {
    await using house = await openHouse({ worker: withoutClaude })
    await house.add(withoutClaude)
    await house.router.ready(2)
    const [first, second] = await workersOf(house)
    expect(first).toMatchObject({ name: `pid-${process.pid}`, pid: process.pid, report: { state: 'idle' } })
    expect(second).toMatchObject({ name: `pid-${process.pid}-2`, pid: process.pid })
  })

  it('does what it is asked for', async () => {
    await using house = await openHouse()
    const gate = new Gate()
    house.model.script({ blocks: [text('done')], gate })
    const job = house.ask('work')
    await gate.reached()
    const worker = await workerOf(house)
    const running = [{ id: job.jobId }]
    expect(await askLocalWorker(worker, { op: 'drain', ifIdle: true })).toMatchObject({ accepted: false, running })
    expect(await askLocalWorker(worker, { op: 'stop' })).toMatchObject({ accepted: true, state: 'draining', running })
    gate.open()
    await house.worker.ended
    expect(await askLocalWorker(worker, { op: 'stop' })).toBeUndefined()
  })

  it('has ended when its socket is gone and its process has had time to end', async () => {
    await using house = await openHouse({ worker: { ...withoutClaude, lingerMs: 0 } })
    const worker = await workerOf(house)
    const clock = new WatchedClock()
    const ended = untilLocalWorkerEnded(worker, { clock, signal: new AbortController().signal })
    await clock.waitOf(100)
    await askLocalWorker(worker, { op: 'drain' })
    await house.worker.ended
    clock.advance(100)
    // This process goes on, as no worker's does.
    for (let passedMs = 0; passedMs < 15_000; passedMs += 100) {
      await clock.waitOf(100)
      clock.advance(100)
    }
    await ended
  })
})

describe('a process that is no worker as we know them', () => {
  let opened: ReleaseStack
  beforeEach(() => {
    opened = new ReleaseStack()
    return () => opened[Symbol.asyncDispose]()
  })

  /** A socket of another process id that answers everything with one line. */
  async function stranger(line: string) {
    const folder = openOwnTmpdir(opened, 'auxot-stranger-')
    const place = controlPlaces(undefined).find(({ base }) => base === folder)
    if (!place || !(await makePlace(place))) throw new Error('there is no place for a socket')
    const path = join(folderOf(place), `${process.ppid}.sock`)
    const server = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end(`${line}\n`),
    )
    await new Promise<void>((resolve) => server.listen(path, resolve))
    opened.defer(() => new Promise<void>((resolve) => void server.close(() => resolve())))
    const worker = (await localWorkers(undefined)).find((each) => each.path === path)
    if (!worker) throw new Error('the stranger is not found')
    return worker
  }

  it('is found, and said to be unintelligible', async () => {
    const worker = await stranger('{"schema":"auxot.worker.report/v9"}')
    expect(worker).toMatchObject({ name: `pid-${process.ppid}`, problem: 'Its answer cannot be understood.' })
    expect(worker.report).toBeUndefined()
  })

  it('is not taken at its word when it is asked to leave', async () => {
    const worker = await stranger('{"schema":"auxot.worker.decision/v1","accepted":"yes"}')
    expect(await askLocalWorker(worker, { op: 'drain' })).toEqual({ problem: 'Its answer cannot be understood.' })
  })

  it('may say that it does not understand either', async () => {
    const message = 'The request cannot be understood: op.'
    const worker = await stranger(JSON.stringify({ schema: 'auxot.error/v1', error: { code: 'USAGE', message } }))
    expect(await askLocalWorker(worker, { op: 'drain' })).toEqual({ problem: message })
  })

  it('is waited for no longer than there is patience', async () => {
    const worker = await stranger('{}')
    const over = new AbortController()
    const clock = new WatchedClock()
    const ended = untilLocalWorkerEnded(worker, { clock, signal: over.signal })
    await clock.waitOf(100)
    over.abort(new Error('over'))
    await expect(ended).rejects.toThrow('over')
  })
})
