import { describe, expect, it } from 'vitest'
import { messagesSchema } from '../../../src/dev/http/anthropic-request.ts'
import { jobFromAnthropic } from '../../../src/dev/http/job-from-anthropic.ts'

/** The job of a request that has one user message and whatever is given. */
function jobOf(fields: object) {
  const plain = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }
  return jobFromAnthropic(messagesSchema.parse({ ...plain, ...fields }))
}

/** The wire's messages for one message of a request. */
function wired(role: string, content: unknown) {
  return jobOf({ messages: [{ role, content }] }).messages
}

const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }
const imagePart = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
const text = (words: string) => ({ type: 'text', text: words })
const result = (id: string, rest: object) => ({ type: 'tool_result', tool_use_id: id, ...rest })

describe('a message of the messages API on the wire', () => {
  it.each([
    ['text', 'user', 'Hi', [{ role: 'user', content: 'Hi' }]],
    ['blocks', 'user', [text('a'), image, text('b')], [{ role: 'user', content: [text('a'), imagePart, text('b')] }]],
    [
      'a text document',
      'user',
      [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'd' } }],
      [{ role: 'user', content: [text('d')] }],
    ],
    [
      'a block of an unknown kind',
      'user',
      [{ type: 'document', source: { type: 'base64', data: 'AA' } }],
      [{ role: 'user', content: [{ type: 'document', source: { type: 'base64', data: 'AA' } }] }],
    ],
    ['a system message amid the others', 'system', 'New rules.', [{ role: 'system', content: 'New rules.' }]],
    [
      'nothing but thoughts',
      'assistant',
      [
        { type: 'thinking', thinking: 'x', signature: 's' },
        { type: 'redacted_thinking', data: 'x' },
      ],
      [],
    ],
    [
      'a call without input',
      'assistant',
      [{ type: 'tool_use', id: 'c', name: 'f', input: {} }],
      [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
      ],
    ],
    [
      'a result of an image',
      'user',
      [result('c', { content: [image] })],
      [{ role: 'tool', tool_call_id: 'c', content: [imagePart] }],
    ],
    [
      'a failed result in blocks',
      'user',
      [result('c', { content: [text('no')], is_error: true })],
      [{ role: 'tool', tool_call_id: 'c', content: [text('Error:'), text('no')] }],
    ],
    [
      'a failed result without content',
      'user',
      [result('c', { is_error: true })],
      [{ role: 'tool', tool_call_id: 'c', content: 'Error: ' }],
    ],
    [
      'results between texts, in their order',
      'user',
      [text('a'), result('c', { content: '1' }), text('b'), result('d', { content: '2' })],
      [
        { role: 'user', content: [text('a')] },
        { role: 'tool', tool_call_id: 'c', content: '1' },
        { role: 'user', content: [text('b')] },
        { role: 'tool', tool_call_id: 'd', content: '2' },
      ],
    ],
  ])('%s', (_, role, content, messages) => {
    expect(wired(role, content)).toEqual(messages)
  })

  it('has the arguments of a call as they were, in their order', () => {
    const input = { z: [1, { y: null }], a: 'ü"\n' }
    const [message] = wired('assistant', [{ type: 'tool_use', id: 'c', name: 'f', input }]) ?? []
    expect(message?.tool_calls?.[0]?.function.arguments).toBe(JSON.stringify(input))
  })

  it('comes behind the system prompt, which keeps its form', () => {
    expect(jobOf({ system: 'Be brief.' }).messages?.[0]).toEqual({ role: 'system', content: 'Be brief.' })
    expect(jobOf({ system: [text('a'), text('b')] }).messages?.[0]).toEqual({
      role: 'system',
      content: [text('a'), text('b')],
    })
    expect(jobOf({ system: '' }).messages).toHaveLength(1)
  })
})

describe('how hard to think', () => {
  it.each([
    [{}, undefined],
    [{ thinking: { type: 'disabled' } }, 'none'],
    [{ thinking: { type: 'enabled', budget_tokens: 2_000 } }, 'high'],
    [{ thinking: { type: 'adaptive' } }, undefined],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } }, 'medium'],
    [{ output_config: { effort: 'low' } }, 'low'],
    [{ output_config: { effort: 'max' } }, 'high'],
    [{ thinking: { type: 'disabled' }, output_config: { effort: 'max' } }, 'none'],
  ])('%j is %j', (fields, effort) => {
    expect(jobOf(fields).reasoning_effort).toBe(effort)
  })
})

describe('the tools of a request', () => {
  const tool = { name: 't', input_schema: { type: 'object' } }
  it.each([{ type: 'auto' }, { type: 'any' }, { type: 'tool', name: 't' }])(
    'go along with the choice %j',
    (tool_choice) => {
      expect(jobOf({ tools: [tool], tool_choice }).tools).toHaveLength(1)
    },
  )

  it('stay away when none is to be used', () => {
    expect(jobOf({ tools: [tool], tool_choice: { type: 'none' } }).tools).toBeUndefined()
  })
})
