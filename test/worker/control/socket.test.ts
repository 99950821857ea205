import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../../src/shared/clock.ts'
import { ReleaseStack } from '../../../src/shared/disposal.ts'
import { refusal } from '../../../src/worker/control/answer-request.ts'
import type { ControlPlace } from '../../../src/worker/control/control-places.ts'
import { ControlSocket } from '../../../src/worker/control/socket.ts'
import { ControlVisit } from '../../support/control-visit.ts'
import { leaveDeadSocket } from '../../support/dead-socket.ts'
import { LogRecord } from '../../support/log-record.ts'
import { openOwnTmpdir } from '../../support/own-tmpdir.ts'
import { WatchedClock } from '../../support/watched-clock.ts'

const own = `${process.pid}.sock`
const isRoot = process.getuid?.() === 0

let opened: ReleaseStack
let base: string
let place: ControlPlace
/** Those that nobody has closed yet. */
let sockets: Set<ControlSocket>
/** Hears what is asked. */
let onAsked: (line: string) => void

beforeEach(() => {
  opened = new ReleaseStack()
  base = openOwnTmpdir(opened, 'auxot-socket-')
  place = { base, levels: ['auxot-0', 'control'], isPrivate: false }
  sockets = new Set()
  onAsked = () => {}
})
afterEach(async () => {
  await Promise.all([...sockets].map(close))
  await opened[Symbol.asyncDispose]()
})

/** Opens a socket that repeats what it was asked. */
async function open(places: readonly ControlPlace[] = [place], clock: Clock = systemClock) {
  const answer = (line: string) => {
    onAsked(line)
    return refusal(line)
  }
  const socket = await ControlSocket.open({ places, answer, clock, log: new LogRecord() })
  if (socket) sockets.add(socket)
  return socket
}

async function close(socket: ControlSocket | undefined): Promise<void> {
  if (socket && sockets.delete(socket)) await socket[Symbol.asyncDispose]()
}

async function visit(path: string): Promise<ControlVisit> {
  return opened.use(await ControlVisit.begin(path))
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

function said(text: string) {
  return { schema: 'auxot.error/v1', error: { code: 'USAGE', message: text, exitCode: 2, retryable: false } }
}

describe('a control socket', () => {
  it('is named by its process and open to its user only, whatever the umask', async () => {
    const before = process.umask(0)
    const socket = await open().finally(() => process.umask(before))
    expect(socket?.path).toBe(join(base, 'auxot-0', 'control', own))
    expect(['auxot-0', 'auxot-0/control', `auxot-0/control/${own}`].map((path) => modeOf(join(base, path)))).toEqual([
      '700',
      '700',
      '600',
    ])
  })

  it('closes a folder of its own that was open to others', async () => {
    mkdirSync(join(base, 'auxot-0'))
    chmodSync(join(base, 'auxot-0'), 0o755)
    await open()
    expect(modeOf(join(base, 'auxot-0'))).toBe('700')
  })

  it('answers every line, in order, however they arrive', async () => {
    const socket = await open()
    const visitor = await visit(`${socket?.path}`)
    visitor.say('one\ntwo\nth')
    expect([await visitor.answer(), await visitor.answer()]).toEqual([said('one'), said('two')])
    visitor.say('ree\n')
    expect(await visitor.answer()).toEqual(said('three'))
  })

  it('answers one that says all it has to say and hangs up its end', async () => {
    const socket = await open()
    const visitor = await visit(`${socket?.path}`)
    visitor.socket.end('last\n')
    expect(await visitor.answer()).toEqual(said('last'))
    expect(await visitor.answer()).toBeUndefined()
  })

  it('serves several at once, and survives those who leave before they hear', async () => {
    const socket = await open()
    const visitors = await Promise.all([1, 2, 3].map(() => visit(`${socket?.path}`)))
    visitors[0]?.say('leaving\n').socket.destroy()
    visitors[1]?.say('two\n')
    visitors[2]?.say('three\n')
    expect([await visitors[1]?.answer(), await visitors[2]?.answer()]).toEqual([said('two'), said('three')])
  })

  it('does not listen for ever to a request without an end', async () => {
    const socket = await open()
    const visitor = await visit(`${socket?.path}`)
    visitor.say('x'.repeat(20_000))
    expect(await visitor.answer()).toEqual(said('The request is too long.'))
    expect(await visitor.answer()).toBeUndefined()
  })

  it('cuts off one that asks and never reads', async () => {
    const socket = await open()
    const gone = new Promise<void>((resolve) => {
      onAsked = () => resolve()
    })
    const visitor = await visit(`${socket?.path}`)
    for (let count = 0; count < 300; count++) visitor.say(`${'y'.repeat(10_000)}\n`)
    await gone
    await once(visitor.socket, 'error')
  })

  it('survives a question that it cannot answer', async () => {
    const socket = await open()
    onAsked = (line) => {
      if (line === 'bad') throw new Error('no answer to that')
    }
    const visitor = await visit(`${socket?.path}`)
    expect(await visitor.say('bad\n').answer()).toBeUndefined()
    const another = await visit(`${socket?.path}`)
    expect(await another.say('good\n').answer()).toEqual(said('good'))
  })

  it('is gone with its folders at the end', async () => {
    const socket = await open()
    await close(socket)
    expect(readdirSync(base)).toEqual([])
  })

  it('leaves the folders to others that are in there', async () => {
    const [first, second] = [await open(), await open()]
    expect(second?.path).toBe(join(base, 'auxot-0', 'control', `${process.pid}-2.sock`))
    await close(first)
    expect(readdirSync(join(base, 'auxot-0', 'control'))).toEqual([`${process.pid}-2.sock`])
  })

  it('writes the answer that it closes with', async () => {
    const socket = await open()
    const closing = new Promise<void>((resolve) => {
      // A worker closes it as soon as it has decided, but never before it has said so.
      onAsked = () => resolve(Promise.resolve().then(() => close(socket)))
    })
    const visitor = await visit(`${socket?.path}`)
    expect(await visitor.say('stop\n').answer()).toEqual(said('stop'))
    expect(await visitor.answer()).toBeUndefined()
    await closing
  })

  it('does not wait for ever for somebody who does not read', async () => {
    const clock = new WatchedClock()
    const socket = await open([place], clock)
    const askedAll = new Promise<void>((resolve) => {
      let count = 0
      onAsked = () => {
        count += 1
        if (count === 60) resolve()
      }
    })
    const visitor = await visit(`${socket?.path}`)
    for (let count = 0; count < 60; count++) visitor.say(`${'z'.repeat(12_000)}\n`)
    await askedAll
    const closed = close(socket)
    await clock.waitOf(500)
    clock.advance(500)
    await closed
  })

  it('can be opened by many at the same moment, and closed, without one losing its folder', async () => {
    for (let round = 0; round < 20; round++) {
      const sockets = await Promise.all([open(), open(), open()])
      expect(new Set(sockets.map((socket) => socket?.path)).size).toBe(3)
      const [first, ...others] = sockets
      const [another] = await Promise.all([open(), close(first)])
      expect(another).toBeDefined()
      await Promise.all([...others, another].map(close))
    }
    expect(readdirSync(base)).toEqual([])
  })
})

describe('what dead workers left', () => {
  const folder = () => join(base, 'auxot-0', 'control')
  beforeEach(() => mkdirSync(folder(), { recursive: true, mode: 0o700 }))

  it('is removed by the next worker', async () => {
    const dead = leaveDeadSocket(folder())
    expect(readdirSync(folder())).toEqual([dead])
    await open()
    expect(readdirSync(folder())).toEqual([own])
  })

  it('is replaced where its process had the same id', async () => {
    leaveDeadSocket(folder(), own)
    const socket = await open()
    expect(socket?.path).toBe(join(folder(), own))
    const visitor = await visit(`${socket?.path}`)
    expect(await visitor.say('hello\n').answer()).toEqual(said('hello'))
  })

  it('stays where the process lives, which may be about to listen', async () => {
    leaveDeadSocket(folder(), `${process.ppid}.sock`)
    await open()
    expect(readdirSync(folder()).sort()).toEqual([own, `${process.ppid}.sock`].sort())
  })

  it('stays where it is no socket of ours', async () => {
    writeFileSync(join(folder(), 'notes.txt'), '')
    await open()
    expect(readdirSync(folder()).sort()).toEqual([own, 'notes.txt'])
  })
})

describe('the next place is taken where the first', () => {
  let first: ControlPlace
  beforeEach(() => {
    first = { base: join(base, 'first'), levels: ['auxot'], isPrivate: true }
    mkdirSync(first.base)
  })

  /** Where the socket is, below the base. */
  async function chosen(): Promise<string | undefined> {
    return (await open([first, place]))?.path.slice(base.length + 1)
  }

  it('cannot be used: not at all otherwise', async () => {
    expect(await chosen()).toBe(`first/auxot/${own}`)
  })

  it('is not there', async () => {
    first = { ...first, base: join(base, 'nowhere') }
    expect(await chosen()).toBe(`auxot-0/control/${own}`)
  })

  it('has too long a name for a socket', async () => {
    const long = join(first.base, 'x'.repeat(110 - first.base.length - own.length))
    mkdirSync(long)
    first = { ...first, base: long }
    expect(await chosen()).toBe(`auxot-0/control/${own}`)
  })

  it('leads somewhere else', async () => {
    mkdirSync(join(base, 'elsewhere'), { mode: 0o700 })
    symlinkSync(join(base, 'elsewhere'), join(first.base, 'auxot'))
    expect(await chosen()).toBe(`auxot-0/control/${own}`)
    expect(readdirSync(join(base, 'elsewhere'))).toEqual([])
  })

  it.skipIf(!isRoot)('was made by somebody else', async () => {
    mkdirSync(join(first.base, 'auxot'), { mode: 0o700 })
    chownSync(join(first.base, 'auxot'), 12_345, 12_345)
    expect(await chosen()).toBe(`auxot-0/control/${own}`)
  })

  it.skipIf(!isRoot)('belongs to somebody else', async () => {
    chownSync(first.base, 12_345, 12_345)
    expect(await chosen()).toBe(`auxot-0/control/${own}`)
    expect(readdirSync(first.base)).toEqual([])
  })

  it('is no folder, and none where all are', async () => {
    writeFileSync(join(first.base, 'auxot'), '')
    expect(await chosen()).toBe(`auxot-0/control/${own}`)
    expect(await open([first])).toBeUndefined()
  })
})
