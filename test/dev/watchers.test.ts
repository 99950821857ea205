import { describe, expect, it } from 'vitest'
import { Watchers } from '../../src/dev/watchers.ts'

describe('watchers', () => {
  it('wake when their condition holds, and not before', async () => {
    const watchers = new Watchers()
    let count = 0
    const reached: number[] = []
    const waiting = [1, 2].map((goal) =>
      watchers.until(() => count >= goal, 5_000, `a count of ${goal}`).then(() => reached.push(count)),
    )
    count = 1
    watchers.changed()
    await waiting[0]
    expect(reached).toEqual([1])
    count = 2
    watchers.changed()
    await Promise.all(waiting)
    expect(reached).toEqual([1, 2])
  })

  it('do not wait for what holds already', async () => {
    await new Watchers().until(() => true, 5_000, 'nothing')
  })

  it('give up, saying what they waited for', async () => {
    await expect(new Watchers().until(() => false, 5, 'a miracle')).rejects.toThrow('waited 5 ms in vain for a miracle')
  })

  it('fail when there is nothing left to wait for', async () => {
    const watchers = new Watchers()
    const waiting = watchers.until(() => false, 5_000, 'a miracle')
    watchers.close(new Error('closed'))
    await expect(waiting).rejects.toThrow('closed')
  })
})
