import { describe, expect, it } from 'vitest'
import { countTokens, PromptCache } from '../../../src/dev/echo/prompt-cache.ts'

const text = (value: string, ttl?: '5m' | '1h') => ({
  type: 'text',
  text: value,
  ...(ttl ? { cache_control: { type: 'ephemeral', ttl } } : {}),
})
const long = (name: string) => `${name} `.repeat(100)
const body = (...messages: ReturnType<typeof text>[]) => ({
  model: 'claude-sonnet-4-6',
  system: [text(long('system'), '1h')],
  messages: messages.map((block, index) => ({
    role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content: [block],
  })),
})

/** Read, written and plain input tokens of each request in turn. */
function counted(...bodies: ReturnType<typeof body>[]) {
  const cache = new PromptCache()
  return bodies.map((each) => {
    const usage = cache.count(each)
    const { cache_read_input_tokens: read, cache_creation_input_tokens: written, input_tokens: plain } = usage
    return { read, written, plain, total: read + written + plain === countTokens(each) }
  })
}

describe('the prompt cache', () => {
  it('counts everything as plain input when nothing is marked', () => {
    const plain = { model: 'm', messages: [{ role: 'user' as const, content: 'x'.repeat(4000) }] }
    const usage = new PromptCache().count(plain)
    expect(usage).toEqual({
      input_tokens: countTokens(plain),
      output_tokens: 0,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    })
    expect(usage.input_tokens).toBeGreaterThan(1000)
  })

  it('writes a marked prefix once and reads it afterwards, however it is marked then', () => {
    const first = body(text(long('one'), '1h'))
    const next = body(text(long('one')), text(long('answer')), text(long('two'), '1h'))
    const [one, again, two] = counted(first, first, next)
    expect(one).toMatchObject({ read: 0, plain: 3, total: true })
    expect(again).toMatchObject({ read: one?.written, written: 0, total: true })
    expect(two).toMatchObject({ read: one?.written, plain: 3, total: true })
    expect(two?.written).toBeGreaterThan(0)
  })

  it('reads the system prompt alone when the conversation is another', () => {
    const [, other] = counted(body(text(long('one'), '1h')), body(text(long('other'), '1h')))
    expect(other?.read).toBeGreaterThan(100)
    expect(other?.written).toBeGreaterThan(100)
  })

  it('reads nothing for another model or another system prompt', () => {
    const first = body(text(long('one'), '1h'))
    const others = [
      { ...first, model: 'claude-opus-4-6' },
      { ...first, system: [text(long('changed'), '1h')] },
    ]
    expect(counted(first, ...others).map(({ read }) => read)).toEqual([0, 0, 0])
  })

  it('counts what comes after the last marker as plain input', () => {
    const [usage] = counted(body(text(long('one'))))
    expect(usage?.plain).toBeGreaterThan(100)
    expect(usage?.written).toBeGreaterThan(100)
  })

  it('tells for how long the prefix is kept', () => {
    const hour = new PromptCache().count(body(text('one', '1h')))
    const minutes = new PromptCache().count(body(text('one', '5m')))
    expect(hour.cache_creation).toMatchObject({ ephemeral_1h_input_tokens: hour.cache_creation_input_tokens })
    expect(minutes.cache_creation).toMatchObject({ ephemeral_5m_input_tokens: minutes.cache_creation_input_tokens })
  })

  it('reads nothing after it was cleared', () => {
    const cache = new PromptCache()
    const first = cache.count(body(text('one', '1h')))
    cache.clear()
    expect(cache.count(body(text('one', '1h')))).toEqual(first)
  })
})
