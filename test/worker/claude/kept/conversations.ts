import fc from 'fast-check'
import { tinyPng } from '../../../support/tiny-png.ts'

/** What the user says: a text, or parts. */
type Content = string | ({ type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } })[]

/** One call of the model, and what the caller answers. */
interface GeneratedCall {
  readonly name: 'look' | 'see'
  readonly input: object
  readonly result: Content
}

/** One round of a conversation. */
export interface Round {
  /** Nothing, where the results of the round before say enough. */
  readonly said: Content | undefined
  readonly thinks: boolean
  readonly texts: readonly string[]
  readonly calls: readonly GeneratedCall[]
  /** The results go in the other order. */
  readonly turned: boolean
}

const odd = ['/help', '@file', '  both sides  ', 'line\n', '"},{"', 'e\u0301 \u00e9', '\u200b', '{"a":1}', '日本語 🎉']
const words = fc.oneof(
  fc.constantFrom(...odd),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== ''),
)
const textPart = words.map((text) => ({ type: 'text' as const, text }))
const image = fc.constant({ type: 'image_url' as const, image_url: { url: `data:image/png;base64,${tinyPng}` } })
const parts = fc.array(fc.oneof({ arbitrary: textPart, weight: 3 }, { arbitrary: image, weight: 1 }), {
  minLength: 1,
  maxLength: 3,
})
const content: fc.Arbitrary<Content> = fc.oneof(words, parts)

const value = fc.constantFrom<unknown>(1, '1', 0.1, 1e21, 2 ** 53, true, null, '', [], {}, { z: [1, { a: null }] })
const call = fc.record({
  name: fc.constantFrom('look' as const, 'see' as const),
  input: fc.dictionary(fc.constantFrom('b', 'a', '10', '2', ''), value, { noNullPrototype: true }),
  result: fc.oneof({ arbitrary: content, weight: 4 }, { arbitrary: fc.constantFrom<Content[]>('', []), weight: 1 }),
})

const round: fc.Arbitrary<Round> = fc
  .record({
    said: fc.option(content, { nil: undefined }),
    thinks: fc.boolean(),
    // Several blocks of which one is blank go to another process: Claude Code would leave that one out.
    texts: fc.oneof(
      { arbitrary: fc.array(words, { maxLength: 2 }), weight: 4 },
      { arbitrary: fc.constant(['\n\n']), weight: 1 },
    ),
    calls: fc.array(call, { maxLength: 3 }),
    turned: fc.boolean(),
  })
  // An answer that says nothing is no answer.
  .map((made) => (made.calls.length > 0 || made.texts.join('').trim() !== '' ? made : { ...made, texts: ['Well.'] }))

/** Conversations with everything in them that callers and models say. */
export const conversations = fc.array(round, { minLength: 2, maxLength: 6 })
