import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WaitingQueue } from '../../src/dev/waiting-queue.ts'

/** Takes whatever comes next. */
function nextOf<T>(queue: WaitingQueue<T>): Promise<T> {
  return queue.next(() => true, 2_000, 'an item')
}

describe('WaitingQueue', () => {
  it('hands out items in the order they came', async () => {
    const queue = new WaitingQueue<number>()
    queue.push(1)
    queue.push(2)
    expect([await nextOf(queue), await nextOf(queue)]).toEqual([1, 2])
    expect(queue.size).toBe(0)
  })

  it('lets a reader wait for an item that comes later', async () => {
    const queue = new WaitingQueue<string>()
    const waiting = nextOf(queue)
    queue.push('late')
    expect(await waiting).toBe('late')
    expect(queue.size).toBe(0)
  })

  it('leaves items that a reader does not want to others', async () => {
    const queue = new WaitingQueue<number>()
    const even = queue.next((item) => item % 2 === 0, 2_000, 'an even number')
    for (const item of [1, 3, 4]) queue.push(item)
    expect(await even).toBe(4)
    expect([await nextOf(queue), await nextOf(queue)]).toEqual([1, 3])
  })

  it('says what it waited for when the limit passes', async () => {
    const queue = new WaitingQueue<number>()
    await expect(queue.next(() => true, 5, 'a hello')).rejects.toThrow('waited 5 ms in vain for a hello')
    queue.push(7)
    expect(queue.size, 'the reader that gave up takes nothing').toBe(1)
  })

  it('fails waiting and later readers when closed, but still hands out what is there', async () => {
    const queue = new WaitingQueue<number>()
    const waiting = nextOf(queue)
    queue.close(new Error('closed for the night'))
    await expect(waiting).rejects.toThrow('closed for the night')
    queue.push(1)
    expect(await nextOf(queue)).toBe(1)
    await expect(nextOf(queue)).rejects.toThrow('closed for the night')
  })

  it('drops the oldest half of what nobody took beyond its limit', async () => {
    const queue = new WaitingQueue<number>(4)
    for (let item = 1; item <= 5; item += 1) queue.push(item)
    expect([await nextOf(queue), await nextOf(queue), await nextOf(queue)]).toEqual([3, 4, 5])
  })

  it('gives every item to exactly one reader, whoever comes first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (readerFirst) => {
        const queue = new WaitingQueue<number>()
        const taken: Promise<number>[] = []
        readerFirst.forEach((first, item) => {
          if (first) taken.push(nextOf(queue))
          queue.push(item)
          if (!first) taken.push(nextOf(queue))
        })
        const items = await Promise.all(taken)
        expect(items.toSorted((a, b) => a - b)).toEqual(readerFirst.map((_, item) => item))
      }),
    )
  })
})
