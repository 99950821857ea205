import { expect, test } from 'vitest'
import { announcedCapabilities } from '../../src/worker/announced-capabilities.ts'

test('a worker announces what `hello` has room for, and nothing that only a policy could tell it', () => {
  const announced = { backend: 'claude', model: 'opus', ctx_size: 200_000, total_slots: 3 }
  expect(announcedCapabilities(3, 'opus')).toStrictEqual(announced)
})
