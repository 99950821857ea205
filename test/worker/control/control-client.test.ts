import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/shared/clock.ts'
import { ReleaseStack } from '../../../src/shared/disposal.ts'
import { answerRequest } from '../../../src/worker/control/answer-request.ts'
import { askWorkers, findWorkers } from '../../../src/worker/control/control-client.ts'
import { controlPlaces, folderOf, makePlace } from '../../../src/worker/control/control-places.ts'
import { ControlSocket } from '../../../src/worker/control/socket.ts'
import { statusReport } from '../../../src/worker/control/status-report.ts'
import { StopRequests } from '../../../src/worker/stop-requests.ts'
import { leaveDeadSocket } from '../../support/dead-socket.ts'
import { LogRecord } from '../../support/log-record.ts'
import { openOwnTmpdir } from '../../support/own-tmpdir.ts'
import { reportSources } from '../../support/report-sources.ts'
import { WatchedClock } from '../../support/watched-clock.ts'

let opened: ReleaseStack
let base: string
let runtimeDir: string

beforeEach(() => {
  opened = new ReleaseStack()
  base = openOwnTmpdir(opened, 'auxot-client-')
  runtimeDir = join(base, 'run')
  mkdirSync(runtimeDir, { mode: 0o700 })
})
afterEach(() => opened[Symbol.asyncDispose]())

/** A worker's socket as it would be with this XDG_RUNTIME_DIR, or without one. */
async function openWorker(runtime: string | undefined): Promise<{ path: string; stop: StopRequests }> {
  const sources = reportSources({ view: { state: 'idle' } })
  const stop = new StopRequests()
  const controlled = {
    worker: { ...sources.worker, retryNow: () => false },
    stop,
    report: () => statusReport(sources),
  }
  const socket = await ControlSocket.open({
    places: controlPlaces(runtime),
    answer: (line) => answerRequest(line, controlled),
    clock: systemClock,
    log: new LogRecord(),
  })
  if (!socket) throw new Error('there was no place for a socket')
  opened.use(socket)
  return { path: socket.path, stop }
}

/** Something that sits at a worker's socket and does as the test says. */
async function openStranger(name: string, onConnection: (socket: Socket) => void): Promise<void> {
  const [place] = controlPlaces(runtimeDir)
  if (!place) throw new Error('there are no places')
  await makePlace(place)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    onConnection(socket)
  }).listen(join(folderOf(place), name))
  await once(server, 'listening')
  opened.defer(async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
  })
}

/** Workers of other tests on this machine may be found too. */
function ours<Found extends { readonly path: string }>(found: readonly Found[]): Found[] {
  return found.filter(({ path }) => path.startsWith(base))
}

describe('who asks the workers of this host', () => {
  it('hears from all of them, wherever their sockets are', async () => {
    const workers = [await openWorker(runtimeDir), await openWorker(undefined), await openWorker(undefined)]
    const replies = ours(await askWorkers({ op: 'status' }, { runtimeDir }))
    expect(replies.map(({ path }) => path).sort()).toEqual(workers.map(({ path }) => path).sort())
    for (const reply of replies) {
      expect(reply).toMatchObject({ pid: process.pid, answer: { schema: 'auxot.worker.report/v1', state: 'idle' } })
    }
  })

  it('is told what each decided', async () => {
    const { stop } = await openWorker(runtimeDir)
    const [reply] = ours(await askWorkers({ op: 'retry' }, { runtimeDir }))
    expect(reply).toMatchObject({ answer: { schema: 'auxot.worker.decision/v1', op: 'retry', accepted: false } })
    expect(stop.step).toBeUndefined()
  })

  it('hears of nobody where there is nobody', async () => {
    expect(ours(await askWorkers({ op: 'status' }, { runtimeDir }))).toEqual([])
  })

  it('does not hear of the dead, and buries them', async () => {
    const { path } = await openWorker(runtimeDir)
    const dead = leaveDeadSocket(join(path, '..'))
    expect(readdirSync(join(path, '..'))).toContain(dead)
    expect(ours(await askWorkers({ op: 'status' }, { runtimeDir })).map((reply) => reply.path)).toEqual([path])
    expect(readdirSync(join(path, '..'))).not.toContain(dead)
  })

  it('leaves out one whose process id is in use again by another program', async () => {
    const { path } = await openWorker(runtimeDir)
    leaveDeadSocket(join(path, '..'), `${process.ppid}.sock`)
    expect(ours(await askWorkers({ op: 'status' }, { runtimeDir })).map((reply) => reply.path)).toEqual([path])
  })

  it('waits a second for one that says nothing, and hears of the others all the same', async () => {
    const clock = new WatchedClock()
    await openStranger('7777777.sock', () => {})
    const { path } = await openWorker(undefined)
    const replies = askWorkers({ op: 'status' }, { runtimeDir, clock })
    await clock.waitOf(1_000)
    await clock.waitOf(1_000)
    clock.advance(1_000)
    const found = ours(await replies)
    expect(found.find(({ pid }) => pid === 7_777_777)).toEqual({
      path: join(runtimeDir, 'auxot', '7777777.sock'),
      pid: 7_777_777,
      problem: 'The worker gave no answer within 1.0s.',
    })
    expect(found.map((reply) => reply.path)).toContain(path)
  })

  it.each([
    [
      'closes at once',
      (socket: Socket) => socket.destroy(),
      /closed the connection without an answer|ECONNRESET|EPIPE/,
    ],
    ['closes within a word', (socket: Socket) => socket.end('{"schema":'), /closed the connection without an answer/],
    ['talks nonsense', (socket: Socket) => socket.write('hello\n'), /JSON/],
  ])('is told of one that %s', async (_what, behaviour, problem) => {
    await openStranger('7777777.sock', behaviour)
    const [reply] = ours(await askWorkers({ op: 'status' }, { runtimeDir }))
    expect(reply).toEqual({ path: expect.any(String), pid: 7_777_777, problem: expect.stringMatching(problem) })
  })

  it('takes an answer that comes in pieces', async () => {
    await openStranger('7777777.sock', (socket) => {
      socket.write('{"schema":"auxot.wor')
      socket.once('data', () => socket.write('ker.report/v1"}\nmore'))
    })
    const [reply] = ours(await askWorkers({ op: 'status' }, { runtimeDir }))
    expect(reply).toMatchObject({ answer: { schema: 'auxot.worker.report/v1' } })
  })

  it('asks nobody in a folder that others could have put something into', async () => {
    await openStranger('7777777.sock', () => {})
    chmodSync(join(runtimeDir, 'auxot'), 0o777)
    expect(ours(await findWorkers({ runtimeDir }))).toEqual([])
    chmodSync(join(runtimeDir, 'auxot'), 0o700)
    expect(ours(await findWorkers({ runtimeDir })).map(({ pid }) => pid)).toEqual([7_777_777])
  })

  it('takes only sockets with the name of a worker for workers', async () => {
    const { path } = await openWorker(runtimeDir)
    for (const name of ['1.sock.bak', 'x.sock', '-1.sock', '12', 'lock']) writeFileSync(join(path, '..', name), '')
    expect(ours(await findWorkers({ runtimeDir })).map((found) => found.path)).toEqual([path])
  })
})
