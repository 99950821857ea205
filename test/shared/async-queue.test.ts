import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AsyncQueue } from '../../src/shared/async-queue.ts'

async function all<Item>(queue: AsyncQueue<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of queue) items.push(item)
  return items
}

describe('AsyncQueue', () => {
  it('hands on what is pushed before and while it is read, in order', async () => {
    const queue = new AsyncQueue<number>()
    queue.push(1)
    queue.push(2)
    const read = all(queue)
    await Promise.resolve()
    queue.push(3)
    queue.end()
    expect(await read).toEqual([1, 2, 3])
  })

  it('throws an error after everything that was queued', async () => {
    const queue = new AsyncQueue<number>()
    queue.push(1)
    queue.fail(new Error('broken'))
    const seen: number[] = []
    const read = async () => {
      for await (const item of queue) seen.push(item)
    }
    await expect(read()).rejects.toThrow('broken')
    expect(seen).toEqual([1])
  })

  it('takes nothing more after its end, and keeps the first ending', async () => {
    const ended = new AsyncQueue<number>()
    ended.end()
    ended.fail(new Error('too late'))
    expect(ended.push(1)).toBe(true)
    expect(await all(ended)).toEqual([])

    const failed = new AsyncQueue<number>()
    failed.fail(new Error('first'))
    failed.fail(new Error('second'))
    await expect(all(failed)).rejects.toThrow('first')
  })

  it('says when it is full, and calls once when half of it is read', async () => {
    let room = 0
    const queue = new AsyncQueue<number>({ limit: 4, onRoom: () => room++ })
    expect([1, 2, 3, 4, 5].map((item) => queue.push(item))).toEqual([true, true, true, false, false])
    const calls: number[] = []
    for await (const item of queue) {
      calls.push(room)
      if (item === 5) break
    }
    // Room is there again as soon as two are left.
    expect(calls).toEqual([0, 0, 0, 1, 1])
  })

  it('never calls for room that it did not deny', async () => {
    let room = 0
    const queue = new AsyncQueue<number>({ limit: 10, onRoom: () => room++ })
    for (let item = 0; item < 9; item++) queue.push(item)
    queue.end()
    await all(queue)
    expect(room).toBe(0)
  })

  it('loses, repeats and reorders nothing, whatever the rhythm of writing and reading', async () => {
    const rhythm = fc.array(fc.nat({ max: 5 }), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(rhythm, fc.integer({ min: 1, max: 8 }), async (bursts, limit) => {
        let wake = () => {}
        const queue = new AsyncQueue<number>({ limit, onRoom: () => wake() })
        let sent = 0
        const write = async () => {
          for (const burst of bursts) {
            for (let each = 0; each < burst; each++) {
              const hasRoom = queue.push(sent++)
              if (!hasRoom) await new Promise<void>((resolve) => (wake = resolve))
            }
            await Promise.resolve()
          }
          queue.end()
        }
        const [items] = await Promise.all([all(queue), write()])
        expect(items).toEqual(Array.from({ length: sent }, (_, index) => index))
      }),
    )
  })
})
