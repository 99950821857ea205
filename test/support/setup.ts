import { afterEach, expect } from 'vitest'

// A promise that nobody waits for must not hide a failure.
const unhandled: unknown[] = []
process.on('unhandledRejection', (reason) => unhandled.push(reason))

afterEach(() => {
  expect(unhandled.splice(0), 'unhandled rejections').toEqual([])
})
