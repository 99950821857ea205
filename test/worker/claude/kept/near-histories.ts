import fc from 'fast-check'
import type { AssistantBlock, HistoryMessage, JsonObject, UserBlock } from '../../../../src/worker/claude/turn.ts'
import { imageBlock, textBlock, toolResult, toolUse } from '../../../support/turn-from.ts'

/** Texts that are easily taken for each other: few letters, white space, what JSON is made of, halves of characters. */
const text = fc
  .string({
    minLength: 1,
    maxLength: 4,
    unit: fc.constantFrom('a', 'A', ' ', '\n', '"', ',', '\u00e9', 'e\u0301', '\ud800', '\ufffd', '\u200b'),
  })
  .map(textBlock)
const image = fc.constantFrom('AAAA', 'AAAB').map((data) => imageBlock(data))
const part = fc.oneof({ arbitrary: text, weight: 4 }, { arbitrary: image, weight: 1 })
const id = fc.constantFrom('toolu_1', 'toolu_2', 'toolu_12')
const input = fc
  .dictionary(fc.constantFrom('a', 'b'), fc.constantFrom(1, '1', true, 'true', null, '', [], {}, [1], { a: 1 }))
  .map((value) => ({ ...value }) as JsonObject)
const call = fc.tuple(id, fc.constantFrom('look', 'see'), input).map(([of, name, value]) => toolUse(of, name, value))
const result = fc
  .tuple(id, fc.array(part, { maxLength: 2 }), fc.constantFrom({}, { is_error: true }))
  .map(([of, content, error]) => ({ ...toolResult(of, ...content), ...error }))

const user = fc
  .tuple(fc.array(result, { maxLength: 2 }), fc.array(part, { minLength: 1, maxLength: 3 }))
  .map(([results, parts]): HistoryMessage => ({ role: 'user', content: [...results, ...parts] satisfies UserBlock[] }))
const assistant = fc.tuple(fc.array(text, { minLength: 1, maxLength: 2 }), fc.array(call, { maxLength: 2 })).map(
  ([texts, calls]): HistoryMessage => ({
    role: 'assistant',
    content: [...texts, ...calls] satisfies AssistantBlock[],
  }),
)

/** Conversations whose parts are easily taken for each other. */
export const histories = fc
  .array(fc.tuple(user, assistant), { minLength: 1, maxLength: 3 })
  .map((rounds) => rounds.flat())
