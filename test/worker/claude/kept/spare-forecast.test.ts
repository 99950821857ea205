import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SpareForecast } from '../../../../src/worker/claude/spare-forecast.ts'
import { turnFrom, userMessage } from '../../../support/turn-from.ts'

function guessAfter(...systems: readonly string[]): string | undefined {
  const forecast = new SpareForecast()
  for (const system of systems) forecast.saw(turnFrom({ system }))
  return forecast.best()?.setup.system
}

describe('the guess what the next conversation begins with', () => {
  it.each([
    ['nothing yet', [], undefined],
    ['one, which may be chance', ['a'], undefined],
    ['all different', ['a', 'b', 'c'], undefined],
    ['the same twice', ['a', 'b', 'a'], 'a'],
    ['two as often as each other: the later one', ['a', 'a', 'b', 'b'], 'b'],
    ['one more often than the latest', ['a', 'a', 'a', 'b', 'b'], 'a'],
    ['what is long past', ['a', 'a', 'a', ...Array.from({ length: 10 }, (_, n) => `${n % 5}`)], '4'],
  ])('after %s', (_what, systems, guess) => {
    expect(guessAfter(...systems)).toBe(guess)
  })

  it('is always one of the last ten, and none of them came more often', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd')), (systems) => {
        const guess = guessAfter(...systems)
        const recent = systems.slice(-10)
        const often = (system: string) => recent.filter((each) => each === system).length
        const most = Math.max(0, ...recent.map(often))
        if (guess === undefined) expect(most).toBeLessThan(2)
        else expect(often(guess)).toBe(most)
      }),
    )
  })

  it('holds nothing of whoever asked', () => {
    const forecast = new SpareForecast()
    const turn = turnFrom({
      history: [userMessage('secret')],
      prompt: 'secret',
      env: { KEY: 'secret' },
      conversation: 'secret',
    })
    for (let n = 0; n < 2; n++) forecast.saw({ ...turn, jobId: 'secret', maxTokens: 4711 })
    expect(forecast.best()).toBeDefined()
    expect(JSON.stringify(forecast.best())).not.toMatch(/secret|4711/)
  })
})
