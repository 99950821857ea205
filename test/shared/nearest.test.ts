import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nearest } from '../../src/shared/nearest.ts'

const words = ['--job-timeout', '--stall-timeout', '--json', '--once', 'worker start', 'dev', 'help']

it.each([
  ['--job-timout', '--job-timeout'],
  ['--jobtimeout', '--job-timeout'],
  ['--JSON', '--json'],
  ['--jsno', '--json'],
  ['worker strat', 'worker start'],
  ['workr start', 'worker start'],
  ['hlep', 'help'],
])('%s is near %s', (word, expected) => expect(nearest(word, words)).toBe(expected))

it.each(['xyz', '--key', 'deploy', ''])('"%s" is near nothing', (word) => expect(nearest(word, words)).toBeUndefined())

it('a word that is known is nearest to itself', () => {
  fc.assert(fc.property(fc.constantFrom(...words), (word) => nearest(word, words) === word))
})

it('takes any text', () => {
  fc.assert(fc.property(fc.string(), (word) => [undefined, ...words].includes(nearest(word, words))))
})
