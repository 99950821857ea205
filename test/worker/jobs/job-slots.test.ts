import { describe, expect, it } from 'vitest'
import { JobSlots } from '../../../src/worker/jobs/job-slots.ts'

const counts = ({ limit, inUse, free }: JobSlots) => ({ limit, inUse, free })

describe('job slots', () => {
  it('gives as many places as there are, and one back for each permit that ends', () => {
    const slots = new JobSlots(2)
    const first = slots.tryReserve('a')
    expect(counts(slots)).toEqual({ limit: 2, inUse: 1, free: 1 })
    expect(slots.tryReserve('b')).toBeDefined()
    expect(slots.tryReserve('c')).toBeUndefined()
    first?.[Symbol.dispose]()
    expect(counts(slots)).toEqual({ limit: 2, inUse: 1, free: 1 })
    expect(slots.tryReserve('c')).toBeDefined()
  })

  it('gives no second place to a job that has one', () => {
    const slots = new JobSlots(2)
    slots.tryReserve('a')
    expect(slots.tryReserve('a')).toBeUndefined()
    expect(counts(slots)).toEqual({ limit: 2, inUse: 1, free: 1 })
  })

  it('frees a place once, whoever holds it by then', () => {
    const slots = new JobSlots(1)
    const first = slots.tryReserve('a')
    first?.[Symbol.dispose]()
    const second = slots.tryReserve('a')
    first?.[Symbol.dispose]()
    expect(counts(slots)).toEqual({ limit: 1, inUse: 1, free: 0 })
    second?.[Symbol.dispose]()
    expect(counts(slots)).toEqual({ limit: 1, inUse: 0, free: 1 })
  })

  it('takes nothing away when the limit falls below what is in use', () => {
    const slots = new JobSlots(2)
    const permits = [slots.tryReserve('a'), slots.tryReserve('b')]
    slots.setLimit(1)
    expect(counts(slots)).toEqual({ limit: 1, inUse: 2, free: 0 })
    permits[0]?.[Symbol.dispose]()
    expect(slots.tryReserve('c')).toBeUndefined()
    permits[1]?.[Symbol.dispose]()
    expect(slots.tryReserve('c')).toBeDefined()
  })

  it('gives no place at a limit of 0', () => {
    const slots = new JobSlots(1)
    slots.setLimit(0)
    expect(slots.tryReserve('a')).toBeUndefined()
  })
})
