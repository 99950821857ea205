import { describe, expect, it } from 'vitest'
import { jobFromOpenai, openaiRequestSchema } from '../../../src/dev/http/openai-request.ts'

/** The job of a request that has one user message and whatever is given. */
function jobOf(fields: object) {
  return jobFromOpenai(openaiRequestSchema.parse({ messages: [{ role: 'user', content: 'Hi' }], ...fields }))
}

/** The message on the wire of a message in a request. */
function wired(message: object) {
  return jobOf({ messages: [message] }).messages?.[0]
}

describe('a message of the chat API on the wire', () => {
  const image = 'data:image/png;base64,AAAA'
  it.each([
    ['text', { role: 'user', content: 'Hi' }],
    ['no text beside calls', { role: 'assistant', content: null, tool_calls: [call('{"a":1}')] }],
    ['calls without arguments', { role: 'assistant', content: '', tool_calls: [call('')] }],
    ['arguments that are no JSON', { role: 'assistant', content: 'x', tool_calls: [call('{"a":')] }],
    [
      'parts',
      {
        role: 'user',
        content: [
          { type: 'text', text: '' },
          { type: 'text', text: 'b' },
        ],
      },
    ],
    ['an image', { role: 'user', content: [{ type: 'image_url', image_url: { url: image } }] }],
    ['an image as a plain string', { role: 'user', content: [{ type: 'image_url', image_url: image }] }],
    ['a developer’s word', { role: 'developer', content: 'Be brief.' }],
    ['a tool’s result', { role: 'tool', tool_call_id: 'c', content: 'ok' }],
    [
      'an image in a tool’s result',
      { role: 'tool', tool_call_id: 'c', content: [{ type: 'image_url', image_url: { url: image } }] },
    ],
    ['a part of an unknown kind', { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA' } }] }],
  ])('is as it came: %s', (_, message) => {
    expect(wired(message)).toEqual(message)
  })

  it.each([
    ['no content', { role: 'assistant', tool_calls: [call('')] }, { content: null, tool_calls: [call('')] }],
    [
      'a call without its type',
      { role: 'assistant', content: null, tool_calls: [{ id: 'c', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [call('')] },
    ],
    [
      'a refusal',
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
      { content: [{ type: 'text', text: 'No.' }] },
    ],
  ])('has its meaning kept: %s', (_, message, expected) => {
    expect(wired(message)).toMatchObject(expected)
  })

  it('leaves out what is not there', () => {
    expect(wired({ role: 'assistant', content: 'x', tool_calls: [], tool_call_id: null, name: 'Ann' })).toEqual({
      role: 'assistant',
      content: 'x',
    })
  })
})

describe('the settings of a chat request', () => {
  it.each([
    ['max_tokens', { max_tokens: 5 }, { max_tokens: 5 }],
    ['max_completion_tokens', { max_completion_tokens: 6 }, { max_tokens: 6 }],
    ['temperature 0', { temperature: 0 }, { temperature: 0 }],
    ['an effort', { reasoning_effort: 'medium' }, { reasoning_effort: 'medium' }],
    [
      'nulls',
      { max_tokens: null, temperature: null, tools: null, reasoning_effort: null },
      { max_tokens: undefined, temperature: undefined, tools: undefined, reasoning_effort: undefined },
    ],
    ['unknown fields', { seed: 7, top_p: 1 }, { max_tokens: undefined }],
  ])('%s', (_, fields, expected) => {
    expect(jobOf(fields)).toMatchObject(expected)
  })

  it('passes tools on with their schemas as they are', () => {
    const parameters = {
      type: 'object',
      properties: { z: { enum: [1, null] }, a: {} },
      additionalProperties: false,
      $defs: {},
    }
    const tool = { type: 'function', function: { name: 'mcp__x__Bash', description: 'd', parameters } }
    expect(jobOf({ tools: [tool] }).tools).toEqual([tool])
    expect(JSON.stringify(jobOf({ tools: [tool] }).tools)).toBe(JSON.stringify([tool]))
  })

  it.each(['auto', 'required', { type: 'function', function: { name: 't' } }])(
    'keeps the tools for the choice %j',
    (tool_choice) => {
      expect(jobOf({ tools: [{ type: 'function', function: { name: 't' } }], tool_choice }).tools).toHaveLength(1)
    },
  )
})

function call(args: string) {
  return { id: 'c', type: 'function', function: { name: 'f', arguments: args } }
}
