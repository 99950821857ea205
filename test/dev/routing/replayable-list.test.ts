import { describe, expect, it } from 'vitest'
import { replayableList } from '../../../src/dev/routing/replayable-list.ts'

async function readAll<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of list) items.push(item)
  return items
}

describe('a replayable list', () => {
  it('gives every reader everything, whether it came early or late', async () => {
    const { list, push, end } = replayableList<number>()
    const early = readAll(list)
    push(1)
    push(2)
    const inBetween = readAll(list)
    push(3)
    end()
    expect(await Promise.all([early, inBetween, readAll(list)])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ])
  })

  it('is, at any moment, an array of what has come so far', () => {
    const { list, push } = replayableList<string>()
    expect(list).toEqual([])
    push('a')
    expect(list).toEqual(['a'])
    expect(list.map((item) => item.toUpperCase())).toEqual(['A'])
  })

  it('hands an item to a waiting reader at once', async () => {
    const { list, push, end } = replayableList<string>()
    const reader = list[Symbol.asyncIterator]()
    const next = reader.next()
    push('a')
    expect(await next).toEqual({ done: false, value: 'a' })
    end()
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })
})
