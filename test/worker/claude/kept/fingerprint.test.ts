import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conversationKey, type SetupKey, setupKeyOf, setupText } from '../../../../src/worker/claude/fingerprint.ts'
import type { HistoryMessage, Turn } from '../../../../src/worker/claude/turn.ts'
import {
  assistantMessage,
  imageBlock,
  offeredTool,
  toolResult,
  toolUse,
  turnFrom,
  userMessage,
} from '../../../support/turn-from.ts'
import { mutated, mutationNames } from './mutations.ts'
import { histories } from './near-histories.ts'

/** Something of everything that a history can hold. */
const rich: readonly HistoryMessage[] = [
  userMessage('Caf\u00e9?', 'And "then"?', imageBlock('AAAA')),
  assistantMessage(
    'Let me ',
    'look.',
    toolUse('toolu_1', 'look', { n: 1, to: null }),
    toolUse('toolu_2', 'see', { at: '' }),
  ),
  userMessage(toolResult('toolu_1', 'one', 'two'), toolResult('toolu_2', imageBlock('AAAC')), 'So?'),
  assistantMessage('Yes.'),
  userMessage('Why?'),
  assistantMessage('Because.'),
]

/** What is one and the same to the model, whatever way it came. */
const harmless: readonly string[] = ['the keys of the arguments in another order']

describe('the key of a conversation', () => {
  it.each(mutationNames)('with %s', (name) => {
    const other = mutated(rich, name, ([first]) => first)
    if (harmless.includes(name)) expect(conversationKey(other)).toBe(conversationKey(rich))
    else expect(conversationKey(other)).not.toBe(conversationKey(rich))
  })

  it('is equal for histories that mean the same, and for no others', () => {
    const changes = fc.array(fc.tuple(fc.constantFrom(...mutationNames), fc.nat()), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(histories, changes, (history, steps) => {
        const other = steps.reduce(
          (before, [name, n]) => mutated(before, name, (from) => from[n % Math.max(1, from.length)]),
          history,
        )
        expect(conversationKey(other) === conversationKey(history)).toBe(meansTheSame(history, other))
      }),
      { numRuns: 3_000 },
    )
  })

  it('does not show into which blocks the assistant cut its text, as no caller can see that', () => {
    const cut = [userMessage('Hi'), assistantMessage('Hel', 'lo')]
    expect(conversationKey(cut)).toBe(conversationKey([userMessage('Hi'), assistantMessage('Hello')]))
  })

  it('shows into which blocks the user cut theirs, as the model sees that', () => {
    expect(conversationKey([userMessage('Hel', 'lo')])).not.toBe(conversationKey([userMessage('Hello')]))
  })
})

describe('the key of a setup', () => {
  const base: Partial<Turn> = { system: 'Be brief.', model: 'sonnet', effort: 'low' }
  const tools = { returned: [offeredTool('b'), offeredTool('a')], live: [offeredTool('c')], builtin: ['Read', 'Bash'] }
  const keyOf = (fields: Parameters<typeof turnFrom>[0]) => setupKeyOf(turnFrom({ ...base, tools, ...fields }))
  const own = keyOf({})

  const different: [keyof SetupKey, string, Parameters<typeof turnFrom>[0]][] = [
    ['model', 'another model', { model: 'claude-sonnet-4-6' }],
    ['model', 'a model with the effort in its name', { model: 'sonnet\nlow thinking' }],
    ['system', 'a space more in the system prompt', { system: 'Be brief. ' }],
    ['system', 'no system prompt', { system: '' }],
    ['effort', 'another effort', { effort: 'medium' }],
    ['effort', 'no effort', { effort: undefined }],
    ['effort', 'no reasoning', { effort: 'off' }],
    ['tools', 'a tool less', { tools: { ...tools, returned: [offeredTool('a')] } }],
    [
      'tools',
      'a tool that somebody else runs',
      { tools: { ...tools, returned: [offeredTool('a')], live: [offeredTool('b'), offeredTool('c')] } },
    ],
    ['tools', 'another description', { tools: { ...tools, live: [offeredTool('c', { description: '' })] } }],
    ['tools', 'another schema', { tools: { ...tools, live: [offeredTool('c', { inputSchema: { type: 'object' } })] } }],
    ['tools', 'another built-in tool', { tools: { ...tools, builtin: ['Read'] } }],
    ['tools', 'a built-in tool that is off', { tools: { ...tools, builtinOff: ['Read'] } }],
  ]
  it.each(different)('differs in its %s with %s', (part, _what, fields) => {
    const other = keyOf(fields)
    expect(other).toEqual({ ...own, [part]: expect.not.stringMatching(exactly(own[part])) })
    expect(setupText(other)).not.toBe(setupText(own))
  })

  it.each([
    [
      'tools in another order',
      { tools: { ...tools, returned: tools.returned.toReversed(), builtin: ['Bash', 'Read'] } },
    ],
    ['another limit of tokens', { maxTokens: 7 }],
    ["another job's credentials", { env: { KEY: 'x' } }],
    ['another conversation', { conversation: 'c', history: [userMessage('Hi')], jobId: 'job-2' }],
    ['a temperature, where an effort decides that it reasons', { temperature: 0.3 }],
  ])('does not show %s', (_what, fields) => {
    expect(keyOf(fields)).toEqual(own)
  })

  it('does not show the order of keys in a schema', () => {
    const schema = (inputSchema: Turn['tools']['live'][number]['inputSchema']) =>
      keyOf({ tools: { live: [offeredTool('c', { inputSchema })] } })
    expect(schema({ type: 'object', properties: { x: {}, y: {} } })).toEqual(
      schema({ properties: { y: {}, x: {} }, type: 'object' }),
    )
  })

  it('tells a model that must not reason for the sake of its temperature from one that may', () => {
    const temperatures = [undefined, 1, 0.3, 0.7].map((temperature) => keyOf({ effort: undefined, temperature }).effort)
    expect(temperatures).toEqual(['default thinking', 'default thinking', 'default plain', 'default plain'])
  })
})

/** The rule, in other words: the user's blocks count one by one; of the assistant, all it said and each call. */
function meansTheSame(one: readonly HistoryMessage[], other: readonly HistoryMessage[]): boolean {
  return isDeepStrictEqual(one.map(meaningOf), other.map(meaningOf))
}

function meaningOf({ role, content }: HistoryMessage): unknown {
  if (role === 'user') return [role, ...content]
  const texts = content.map((block) => (block.type === 'text' ? block.text : ''))
  return [role, texts.join(''), ...content.filter(({ type }) => type !== 'text')]
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[^\w ]/g, '\\$&')}$`)
}
