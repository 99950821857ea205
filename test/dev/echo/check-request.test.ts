import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EchoModel, startEchoModel } from '../../../src/dev/echo-model.ts'
import { post, question } from '../../support/echo-client.ts'

let model: EchoModel
beforeAll(async () => {
  model = await startEchoModel({ keepRequests: 1 })
})
afterAll(() => model[Symbol.asyncDispose]())

type Block = Record<string, unknown>
type Message = { role: string; content: string | Block[] }

const text = (value: string) => ({ type: 'text', text: value })
const call = (id: string, name = 'look') => ({ type: 'tool_use', id, name, input: {} })
const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'seen' })
const user = (...content: Block[]): Message => ({ role: 'user', content })
const assistant = (...content: Block[]): Message => ({ role: 'assistant', content })
const talk = (...messages: Message[]) => ({ ...question(), messages })
const tool = (name: string, schema: unknown = { type: 'object' }) => ({ name, input_schema: schema })
const marked = (value: string) => ({ ...text(value), cache_control: { type: 'ephemeral' } })

/** What the model says about a body: nothing when it answers. */
async function complaint(body: unknown): Promise<string | undefined> {
  const response = await post(model, body)
  const document = (await response.json()) as { error?: { type: string; message: string } }
  if (response.status === 200) return undefined
  expect([response.status, document.error?.type]).toEqual([400, 'invalid_request_error'])
  return document.error?.message
}

const hi = user(text('hi'))
const missing = (path: string, ids: string) =>
  `${path}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids}. ` +
  'Each `tool_use` block must have a corresponding `tool_result` block in the next message.'
const unexpected = (path: string, id: string) =>
  `${path}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. ` +
  'Each `tool_result` block must have a corresponding `tool_use` block in the previous message.'
const prefill = 'This model does not support assistant message prefill. The conversation must end with a user message.'
const image = (media_type: string, data: string) => ({ type: 'image', source: { type: 'base64', media_type, data } })

describe('a request that the real API refuses', () => {
  it.each<[string, unknown, string]>([
    ['is not JSON', '{"model":', 'The request body is not valid JSON'],
    ['is no object', [], 'body: Invalid input: expected object, received array'],
    ['has no model', { ...question(), model: undefined }, 'model: Field required'],
    ['has no messages', { ...question(), messages: undefined }, 'messages: Field required'],
    ['has an unknown role', talk({ role: 'tool', content: 'a' }), expect.stringMatching(/^messages\.0\.role: /)],
    ['has no max_tokens', { ...question(), max_tokens: undefined }, 'max_tokens: Field required'],
    ['has empty messages', talk(), 'messages: at least one message is required'],
    ['begins with the assistant', talk(assistant(text('a')), hi), 'messages: first message must use the "user" role'],
    ['begins the answer itself', talk(hi, assistant(text('a'))), prefill],
    [
      'has an empty message',
      talk(hi, assistant(), hi),
      expect.stringMatching(/^messages\.1: all messages must have non-empty/),
    ],
    ['has an empty text', talk(user(text(''))), 'messages: text content blocks must be non-empty'],
    ['has a blank text', talk(user(text(' \n'))), 'messages: text content blocks must contain non-whitespace text'],
    [
      'has an empty system text',
      { ...question(), system: [text('')] },
      'system: text content blocks must be non-empty',
    ],
    [
      'has a call without result',
      talk(hi, assistant(call('a'), call('b')), user(result('a'))),
      missing('messages.1', 'b'),
    ],
    ['ends with a text after a call', talk(hi, assistant(call('a')), hi), missing('messages.1', 'a')],
    [
      'has a text before a result',
      talk(hi, assistant(call('a')), user(text('b'), result('a'))),
      missing('messages.1', 'a'),
    ],
    [
      'has a result too late',
      talk(hi, assistant(call('a')), hi, assistant(text('b')), user(result('a'))),
      missing('messages.1', 'a'),
    ],
    [
      'has a result without call',
      talk(hi, assistant(text('a')), user(result('a'))),
      unexpected('messages.2.content.0', 'a'),
    ],
    ['begins with a result', talk(user(result('a'))), unexpected('messages.0.content.0', 'a')],
    [
      'has two results for a call',
      talk(hi, assistant(call('a')), user(result('a'), result('a'))),
      'messages.2.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks with id: a',
    ],
    [
      'repeats the id of a call',
      talk(hi, assistant(call('a')), user(result('a')), assistant(call('a')), user(result('a'))),
      'messages.3.content.0: `tool_use` ids must be unique',
    ],
    [
      'has a strange id',
      talk(hi, assistant(call('a b')), user(result('a b'))),
      "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ],
    [
      'calls a tool without a name',
      talk(hi, assistant(call('a', '')), user(result('a'))),
      'messages.1.content.0.tool_use.name: String should have at least 1 character',
    ],
    [
      'calls a tool with a very long name',
      talk(hi, assistant(call('a', 'n'.repeat(201))), user(result('a'))),
      'messages.1.content.0.tool_use.name: String should have at most 200 characters',
    ],
    [
      'has reasoning without signature',
      talk(hi, assistant({ type: 'thinking', thinking: 'hm' }, text('a')), hi),
      'messages.1.content.0.thinking.signature: Field required',
    ],
    [
      'has an image of a wrong type',
      talk(user(image('image/bmp', 'AA=='))),
      "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif', 'image/webp'",
    ],
    [
      'has an empty image in a result',
      talk(hi, assistant(call('a')), user({ ...result('a'), content: [image('image/png', '')] })),
      'messages.2.content.0.tool_result.content.0.image.source.base64: image cannot be empty',
    ],
    [
      'names a tool badly',
      { ...question(), tools: [tool('a'), tool('b c')] },
      "tools.1.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
    ],
    [
      'names a tool too long',
      { ...question(), tools: [tool('n'.repeat(129))] },
      "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
    ],
    ['names two tools alike', { ...question(), tools: [tool('a'), tool('a')] }, 'tools: Tool names must be unique.'],
    [
      'has a tool without schema',
      { ...question(), tools: [{ name: 'a' }] },
      'tools.0.custom.input_schema: Field required',
    ],
    [
      'has a schema without type',
      { ...question(), tools: [tool('a', {})] },
      'tools.0.custom.input_schema.type: Field required',
    ],
    [
      'has a schema of another type',
      { ...question(), tools: [tool('a', { type: 'string' })] },
      "tools.0.custom.input_schema.type: Input should be 'object'",
    ],
    [
      'marks too much for the cache',
      { ...talk(user(...['a', 'b', 'c', 'd'].map(marked))), system: [marked('e')] },
      'A maximum of 4 blocks with cache_control may be provided. Found 5.',
    ],
    [
      'thinks longer than it may answer',
      { ...question(), thinking: { type: 'enabled', budget_tokens: 1000 } },
      '`max_tokens` must be greater than `thinking.budget_tokens`.',
    ],
  ])('%s', async (_, body, words) => {
    expect(await complaint(body)).toEqual(words)
  })

  it('is longer than 32 MB', async () => {
    const response = await post(model, question('x'.repeat(33 * 1024 * 1024)))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ error: { type: 'request_too_large' } })
  })

  it('is refused before the script is asked', async () => {
    model.script({ blocks: [{ type: 'text', text: 'scripted' }] })
    await complaint(talk())
    expect(await (await post(model, question())).json()).toMatchObject({ content: [{ text: 'scripted' }] })
  })

  it('is answered when checks are switched off', async () => {
    await using lenient = await startEchoModel({ validate: false })
    expect((await post(lenient, talk(hi, assistant(call('a b')), user(text(''))))).status).toBe(200)
  })
})

describe('a request that the real API takes', () => {
  it.each<[string, unknown]>([
    ['several messages of one role in a row', talk(hi, hi, assistant(text('a')), assistant(text('b')), hi)],
    [
      'results in two messages, in another order',
      talk(hi, assistant(call('a'), call('b')), user(result('b')), user(result('a'))),
    ],
    ['texts after the results', talk(hi, assistant(call('a')), user(result('a'), text('b')))],
    [
      'system messages between, empty ones too',
      talk(
        hi,
        { role: 'system', content: [] },
        assistant(call('a')),
        { role: 'system', content: 'note' },
        user(result('a')),
        { role: 'system', content: 'note' },
      ),
    ],
    ['a result without content', talk(hi, assistant(call('a')), user({ type: 'tool_result', tool_use_id: 'a' }))],
    [
      'unknown fields and blocks',
      { ...talk(user({ type: 'newer' })), metadata: {}, context_management: { edits: [] } },
    ],
    ['tools of the API itself', { ...question(), tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['images by address', talk(user({ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }))],
    ['four cache markers', talk(user(...['a', 'b', 'c', 'd'].map(marked)))],
  ])('has %s', async (_, body) => {
    expect(await complaint(body)).toBeUndefined()
  })
})

/** Rounds of a conversation: how many calls the answer of each makes, 0 for a plain text. */
const rounds = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 })

function conversation(calls: readonly number[]): Message[] {
  return calls.flatMap((count, round) => {
    const ids = Array.from({ length: count }, (_, index) => `toolu_${round}_${index}`)
    const answer = assistant(...(count === 0 ? [text('plain')] : ids.map((id) => call(id))))
    const next = user(...(count === 0 ? [text('go on')] : ids.toReversed().map(result)))
    return round === 0 ? [hi, answer, next] : [answer, next]
  })
}

describe('any conversation with tools', () => {
  it('is taken when every call has its result', async () => {
    await fc.assert(
      fc.asyncProperty(rounds, async (calls) => {
        expect(await complaint(talk(...conversation(calls)))).toBeUndefined()
      }),
      { numRuns: 30 },
    )
  })

  it('is refused when any one of its calls or results is taken away', async () => {
    const withCalls = rounds.filter((calls) => calls.some((count) => count > 0))
    await fc.assert(
      fc.asyncProperty(withCalls, fc.nat(), async (calls, pick) => {
        const messages = conversation(calls)
        const parts = messages.flatMap(({ content }) => (content as Block[]).filter(({ type }) => type !== 'text'))
        const gone = parts[pick % parts.length]
        const rest = messages.map(({ role, content }) => {
          const kept = (content as Block[]).filter((block) => block !== gone)
          return { role, content: kept.length > 0 ? kept : [text('nothing')] }
        })
        expect(await complaint(talk(...rest))).toMatch(/ids were found without|unexpected `tool_use_id`/)
      }),
      { numRuns: 30 },
    )
  })
})
