import { describe, expect, it } from 'vitest'
import { differenceOf, type MadeFrom, madeFrom } from '../../src/fleet/made-from.ts'
import { workerSpec } from '../support/worker-spec.ts'

const wanted: MadeFrom = { imageId: 'i', settings: { A: '1', B: '2' } }
const was = (settings: Record<string, string>, imageId = 'i'): MadeFrom => ({ imageId, settings })

describe('what a worker was made from and is not wanted any more', () => {
  it.each([
    ['nobody knows', undefined, 'it was made from something else'],
    ['another image', was({ A: '7' }, 'other'), 'its image is another one'],
    ['a setting', was({ A: '7', B: '2' }), 'its settings are others: A 7 → 1'],
    ['a setting that there was not', was({ B: '2' }), 'its settings are others: A default → 1'],
    ['one that is no more', was({ A: '1', B: '2', C: '3' }), 'its settings are others: C 3 → default'],
    ['a long one', was({ A: 'x'.repeat(31), B: '2' }), 'its settings are others: A'],
    [
      'many',
      was({ C: '3', D: '4' }),
      'its settings are others: A default → 1, B default → 2, C 3 → default and 1 more',
    ],
    ['none that shows', was({ B: '2', A: '1' }), 'its secrets or certificates are others'],
  ])('is told in a clause: %s', (_, before, clause) => expect(differenceOf(before, wanted)).toBe(clause))

  it('names flags and variables, and no file', () => {
    const spec = workerSpec({ env: { AUXOT_TOOLS: 'none' }, network: 'host' })
    const { imageId, settings } = madeFrom(spec)
    expect(imageId).toBe(spec.imageId)
    expect(Object.keys(settings).sort()).toEqual(['--cpus', '--memory', '--network', '--pids-limit', 'AUXOT_TOOLS'])
    expect(madeFrom(workerSpec({ limits: { memoryBytes: 2 ** 31, cpus: 0.5, pids: 9 } })).settings).toMatchObject({
      '--memory': '2048m',
      '--cpus': '0.5',
      '--pids-limit': '9',
    })
  })
})
