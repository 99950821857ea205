import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { framesOf } from '../../../src/fleet/drivers/frames.ts'
import type { LogLine } from '../../../src/fleet/drivers/logs/log-line.ts'
import { LogPlace } from '../../../src/fleet/drivers/logs/log-place.ts'
import { mergeByMoment } from '../../../src/fleet/drivers/logs/merge-by-moment.ts'
import { momentFrom, momentOfMs, secondsFrom } from '../../../src/fleet/drivers/logs/moments.ts'
import { stampedLines } from '../../../src/fleet/drivers/logs/stamped-lines.ts'
import { WorkerLogs } from '../../../src/fleet/drivers/logs/worker-logs.ts'
import { type FakeEngine, listedWorker, logFrame, startFakeEngine } from '../../support/fake-engine.ts'

/** `2026-01-31T12:00:00.000000007Z` */
const moment = (nanos: number) => `2026-01-31T12:00:00.${`${nanos}`.padStart(9, '0')}Z`

async function* each<Item>(items: Iterable<Item>): AsyncGenerator<Item, void, void> {
  yield* items
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}

describe('moments', () => {
  it.each([
    ['2026-01-31T12:00:00.123456789Z', '2026-01-31T12:00:00.123456789Z'],
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000000000Z'],
    ['2026-01-31T12:00:00.5+02:00', '2026-01-31T10:00:00.500000000Z'],
    ['2026-01-01T00:30:00.000000001+01:00', '2025-12-31T23:30:00.000000001Z'],
    ['2026-13-31T12:00:00Z', undefined],
    ['level=info', undefined],
  ])('%s is %s', (stamp, expected) => {
    expect(momentFrom(stamp)).toBe(expected)
  })

  it('become the seconds that engines take, with all of their digits', () => {
    expect(secondsFrom('2026-01-31T12:00:00.123456789Z')).toBe('1769860800.123456789')
    expect(secondsFrom(momentOfMs(0))).toBe('0.000000000')
    expect(momentOfMs(1_769_860_800_007)).toBe('2026-01-31T12:00:00.007000000Z')
  })
})

describe('lines', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 }).map((each) => each.replaceAll(/[\r\n]/g, ' '))
  const written = fc.array(fc.record({ stream: fc.constantFrom('stdout', 'stderr'), text, cut: fc.nat(30) }), {
    maxLength: 20,
  })

  it('are the ones that were written, wherever the engine and the network cut them', async () => {
    await fc.assert(
      fc.asyncProperty(written, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), async (lines, sizes) => {
        const frames = lines.flatMap(({ stream, text: line, cut }, index) => {
          const bytes = Buffer.from(`${line}\n`)
          const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)].filter((piece) => piece.length > 0)
          return pieces.map((piece) => logFrame(stream, moment(index), piece))
        })
        const read = await all(stampedLines(framesOf(each(chunksOf(Buffer.concat(frames), sizes)))))
        const expected = lines.map(({ stream, text: line }, index) => {
          return { stream, text: line, moment: moment(index), isWhole: true }
        })
        expect(read).toEqual(expected)
      }),
    )
  })

  function* chunksOf(bytes: Buffer, sizes: Iterator<number>): Generator<Buffer> {
    for (let at = 0; at < bytes.length; ) {
      const size = Number(sizes.next().value)
      yield bytes.subarray(at, at + size)
      at += size
    }
  }

  it('that were begun and not ended are told apart, for each stream', async () => {
    const frames = [
      logFrame('stdout', moment(1), 'half '),
      logFrame('stderr', moment(2), 'whole\r\n'),
      logFrame('stdout', moment(3), 'a line'),
    ]
    expect(await all(stampedLines(framesOf(each(frames))))).toEqual([
      { stream: 'stderr', text: 'whole', moment: moment(2), isWhole: true },
      { stream: 'stdout', text: 'half a line', moment: moment(1), isWhole: false },
    ])
  })

  it('that never end are passed on in parts', async () => {
    const piece = 'x'.repeat(16 * 1_024)
    const frames = Array.from({ length: 129 }, () => logFrame('stdout', moment(1), piece))
    const lengths = (await all(stampedLines(framesOf(each(frames))))).map(({ text }) => text.length)
    expect(lengths).toEqual([1_024 ** 2, 1_024 ** 2, 16 * 1_024])
  })

  it("end where the engine cannot go on, in the engine's words", async () => {
    const frame = logFrame('stdout', moment(1), 'error: log file was rotated')
    frame[0] = 3
    await expect(all(framesOf(each([frame])))).rejects.toThrow('The Docker engine cannot read a log any further: ')
    frame[0] = 0x5b
    await expect(all(framesOf(each([frame])))).rejects.toThrow('A log is not in the form')
  })
})

describe('merging', () => {
  it('puts lists that are in order into one that is, and keeps the order of each', async () => {
    const list = fc.array(fc.nat(20)).map((numbers) => numbers.sort((a, b) => a - b))
    await fc.assert(
      fc.asyncProperty(fc.array(list, { maxLength: 5 }), async (lists) => {
        const items = lists.map((numbers, from) => numbers.map((number, at) => ({ moment: moment(number), from, at })))
        const merged = await all(mergeByMoment(items.map(each)))
        // A sort that keeps the order of equals.
        expect(merged).toEqual(items.flat().sort((a, b) => a.moment.localeCompare(b.moment)))
      }),
    )
  })

  it('lets go of all lists when its reader does, or one of them fails', async () => {
    const released: string[] = []
    async function* list(name: string, fails: boolean) {
      try {
        yield { moment: moment(1) }
        if (fails) throw new Error('it broke')
        yield { moment: moment(2) }
      } finally {
        released.push(name)
      }
    }
    for await (const _ of mergeByMoment([list('a', false), list('b', false)])) break
    expect(released.splice(0)).toEqual(['a', 'b'])
    await expect(all(mergeByMoment([list('a', true), list('b', false)]))).rejects.toThrow('it broke')
    expect(released).toEqual(['a', 'b'])
  })
})

describe('a place in a log', () => {
  it('is where the next reading begins: each line comes once, whatever shares a moment', async () => {
    const numbers = fc.array(fc.nat(6), { maxLength: 20 }).map((list) => list.sort((a, b) => a - b))
    await fc.assert(
      fc.asyncProperty(
        numbers,
        fc.array(fc.nat(20), { maxLength: 3 }),
        fc.boolean(),
        async (moments, ends, isCoarse) => {
          const lines = moments.map((nanos, index) => {
            return { moment: moment(nanos), stream: 'stdout' as const, text: `${index}`, isWhole: true }
          })
          const place = new LogPlace(moment(1))
          const read: string[] = []
          // The log grows from reading to reading.
          for (const end of [...ends.sort((a, b) => a - b), lines.length]) {
            const from = isCoarse ? '' : place.moment
            const answered = lines.slice(0, end).filter((line) => line.moment >= from)
            for await (const line of place.unread(each(answered), { partsToo: false })) read.push(line.text)
          }
          expect(read).toEqual(lines.filter((line) => line.moment >= moment(1)).map(({ text }) => text))
        },
      ),
    )
  })

  it('lets two streams be a breath out of order, and waits for the end of a line', async () => {
    const line = (nanos: number, text: string, isWhole = true) => {
      return { moment: moment(nanos), stream: 'stdout' as const, text, isWhole }
    }
    const place = new LogPlace(moment(0))
    const first = [line(5, 'a'), line(3, 'b'), line(6, 'half', false)]
    expect((await all(place.unread(each(first), { partsToo: false }))).map(({ text }) => text)).toEqual(['a', 'b'])
    expect(place.moment).toBe(moment(5))
    const second = [line(5, 'a'), line(6, 'half and half')]
    expect((await all(place.unread(each(second), { partsToo: false }))).map(({ text }) => text)).toEqual([
      'half and half',
    ])
  })
})

describe('the logs of a fleet', () => {
  const wish = { fleet: 'default', wants: () => true }

  /** An engine with these containers, whose logs are answered as they are here. */
  async function engineWith(logs: Record<string, (response: ServerResponse, url: URL) => void>): Promise<FakeEngine> {
    const listed = Object.keys(logs).map((id, index) => listedWorker('default', index + 1, id))
    const answers = Object.entries(logs).map(([id, answer]) => [`/containers/${id}/logs`, answer] as const)
    return await startFakeEngine({
      '/containers/json': listed,
      '/events': (response) => response.flushHeaders(),
      ...Object.fromEntries(answers),
    })
  }

  async function read(lines: AsyncIterable<LogLine>): Promise<string[]> {
    return (await all(lines)).map(({ source, text }) => `${source.worker} ${text}`)
  }

  it('leave out a container that is gone by then', async () => {
    await using engine = await engineWith({
      aaa: (response) => response.end(logFrame('stdout', moment(1), 'here\n')),
      bbb: (response) => response.writeHead(404).end('{"message":"No such container: bbb"}'),
      ccc: (response) => response.writeHead(409).end('{"message":"can not get logs from container which is dead"}'),
    })
    const logs = await WorkerLogs.open({ dockerHost: engine.host })
    expect(await read(logs.history({ ...wish, sinceMs: 5 }, new AbortController().signal))).toEqual(['default-1 here'])
    expect(engine.requests).toContain(
      'GET /containers/aaa/logs?stdout=true&stderr=true&timestamps=true&follow=false&since=0.005000000',
    )
    const [listing = ''] = engine.requests.filter((request) => request.includes('/containers/json'))
    expect(JSON.parse(new URL(listing.slice(4), 'http://x').searchParams.get('filters') ?? '')).toEqual({
      label: ['com.auxot.managed=true', 'com.auxot.fleet=default', 'com.auxot.slot'],
    })
  })

  it('end with a sentence where the engine refuses, or goes away while it is listened to', async () => {
    await using engine = await engineWith({
      aaa: (response) =>
        response.writeHead(500).end('{"message":"configured logging driver does not support reading"}'),
    })
    const logs = await WorkerLogs.open({ dockerHost: engine.host })
    const { signal } = new AbortController()
    const refused =
      'The Docker engine refused to read the log of default-1: configured logging driver does not support reading'
    await expect(read(logs.history(wish, signal))).rejects.toThrow(refused)
    await expect(read(logs.follow(wish, signal))).rejects.toThrow(refused)

    engine.answers['/containers/aaa/logs'] = (response) => response.end()
    engine.answers['/events'] = (response) => response.end()
    await expect(read(logs.follow(wish, signal))).rejects.toThrow('The Docker engine has ended')
    engine.answers['/events'] = (response) => {
      response.flushHeaders()
      setImmediate(() => response.destroy())
    }
    await expect(read(logs.follow(wish, signal))).rejects.toThrow('The Docker engine went away')
  })

  it('wait for a slow reader, and lose nothing', async () => {
    const count = 6_000
    const sent: number[] = []
    await using engine = await engineWith({
      aaa: async (response, url) => {
        if (url.searchParams.get('follow') === 'false') return response.end()
        for (let index = 0; index < count; index++) {
          sent.push(index)
          const line = logFrame('stdout', moment(index + 1), `${index} ${'x'.repeat(2_000)}\n`)
          if (!response.write(line)) await once(response, 'drain')
        }
      },
    })
    const logs = await WorkerLogs.open({ dockerHost: engine.host })
    const gate = new AbortController()
    let next = 0
    let farthest = 0
    for await (const { text } of logs.follow(wish, gate.signal)) {
      expect(text.startsWith(`${next++} `)).toBe(true)
      if (next % 100 === 0) await new Promise(setImmediate)
      farthest = Math.max(farthest, sent.length - next)
      if (next === count) gate.abort()
    }
    expect(next).toBe(count)
    // What is on its way is in the buffers of two sockets, and 1,000 lines in ours.
    expect(farthest).toBeLessThan(3_000)
  })

  it('leave nothing open when they are not wanted any more', async () => {
    const closed = Promise.withResolvers<void>()
    const isClosed: string[] = []
    const stays = (name: string) => (response: ServerResponse) => {
      response.flushHeaders()
      response.write(logFrame('stdout', moment(1), 'a line\n'))
      response.once('close', () => {
        isClosed.push(name)
        if (isClosed.length === 3) closed.resolve()
      })
    }
    const logOf = (name: string) => (response: ServerResponse, url: URL) => {
      if (url.searchParams.get('follow') === 'false') response.end()
      else stays(name)(response)
    }
    await using engine = await engineWith({ aaa: logOf('a'), bbb: logOf('b') })
    engine.answers['/events'] = (response) => {
      response.flushHeaders()
      response.once('close', () => {
        isClosed.push('events')
        if (isClosed.length === 3) closed.resolve()
      })
    }
    const logs = await WorkerLogs.open({ dockerHost: engine.host })
    const seen: string[] = []
    for await (const { source } of logs.follow(wish, new AbortController().signal)) {
      seen.push(source.worker)
      if (seen.length === 2) break
    }
    await closed.promise
    expect(seen.sort()).toEqual(['default-1', 'default-2'])
    expect(isClosed.sort()).toEqual(['a', 'b', 'events'])
  })
})
