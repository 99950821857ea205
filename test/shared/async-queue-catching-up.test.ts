import { describe, expect, it } from 'vitest'
import { AsyncQueue } from '../../src/shared/async-queue.ts'

/** Reads a queue, one item at a time, each when it is allowed to. */
function slowReader(queue: AsyncQueue<number>) {
  const seen: number[] = []
  let goOn = Promise.withResolvers<void>()
  const reading = (async () => {
    for await (const item of queue) {
      await goOn.promise
      seen.push(item)
    }
  })()
  return {
    seen,
    reading,
    release: () => {
      goOn.resolve()
      goOn = Promise.withResolvers()
    },
  }
}

/** Everything that can happen without anybody doing something has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('waiting for the reader of a queue', () => {
  it('is over when the reader has dealt with everything, not when it has taken it', async () => {
    const queue = new AsyncQueue<number>()
    const { seen, release } = slowReader(queue)
    queue.push(1)
    queue.push(2)
    let isCaughtUp = false
    const caughtUp = queue.caughtUp().then(() => {
      isCaughtUp = true
    })
    for (const expected of [[], [1]]) {
      await settled()
      expect([seen, isCaughtUp]).toEqual([expected, false])
      release()
    }
    await caughtUp
    expect(seen).toEqual([1, 2])
  })

  it('is over at once when nothing is left to read', async () => {
    const queue = new AsyncQueue<number>()
    const { release } = slowReader(queue)
    queue.push(1)
    await settled()
    release()
    await queue.caughtUp()
    await queue.caughtUp()
  })

  it('is over when nobody will ever read on', async () => {
    const queue = new AsyncQueue<number>()
    queue.push(1)
    const caughtUp = queue.caughtUp()
    queue.fail(new Error('over'))
    await caughtUp
    await queue.caughtUp()
  })
})
