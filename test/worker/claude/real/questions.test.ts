import { expect, it, vi } from 'vitest'
import { rateLimitHeaders } from '../../../../src/dev/echo-model.ts'
import type { ClaudeEvent } from '../../../../src/worker/claude/claude-event.ts'
import type { Turn } from '../../../../src/worker/claude/turn.ts'
import { inventedToken } from '../../../support/claude-program.ts'
import { askSession, EngineOnTrial } from '../../../support/engine-on-trial.ts'
import { conversationOf, systemOf, toolsOf } from '../../../support/model-request.ts'
import { describeReal, onlyRequest, sharedEngine } from '../../../support/real-claude.ts'
import { imageBlock, offeredTool, textBlock, turnFrom, userMessage } from '../../../support/turn-from.ts'
import { pngData } from '../../jobs/sent-job.ts'

const shared = sharedEngine()

/** What the model was asked besides the messages. */
function settingsOf({ messages, metadata, stream, system, tools, ...settings }: { [key: string]: unknown }) {
  return settings
}

describeReal('a plain question', () => {
  it('reaches the model as it is, once, and the answer is told word by word with its usage and cost', async () => {
    const { engine } = shared
    const usage = { input_tokens: 11, cache_creation_input_tokens: 22, cache_read_input_tokens: 33, output_tokens: 44 }
    engine.model.script({ blocks: [{ type: 'text', text: 'hi there **you**' }], usage })
    const { events, result } = await engine.ask(turnFrom({ prompt: 'hello **world**\n\n — 世界 🌍' }))
    const request = onlyRequest(engine)
    expect(conversationOf(request.body)).toEqual([
      { role: 'user', content: [textBlock('hello **world**\n\n — 世界 🌍')] },
    ])
    expect([systemOf(request.body), toolsOf(request.body)]).toEqual([[], []])
    expect(request.headers).toMatchObject({ authorization: `Bearer ${inventedToken}` })
    expect(request.headers).not.toHaveProperty('x-api-key')
    expect(events).toEqual<ClaudeEvent[]>([
      { type: 'text', text: 'hi' },
      { type: 'text', text: ' there' },
      { type: 'text', text: ' **you**' },
      { type: 'rate_limit', rateLimit: { status: 'allowed', resetsAt: undefined, window: undefined } },
      { type: 'result', result },
    ])
    expect(result).toEqual({
      text: 'hi there **you**',
      textBeforeTools: 'hi there **you**',
      textAfterTools: '',
      reasoning: '',
      toolCalls: [],
      toolUses: [],
      usage: { inputTokens: 66, cacheTokens: 33, outputTokens: 44 },
      costUsd: expect.toSatisfy((cost: number) => cost > 0 && cost < 0.01),
      sessionId: expect.stringMatching(/^[\da-f-]{36}$/),
      stopReason: 'end_turn',
    })
  })

  it('may be several texts and pictures', async () => {
    const { engine } = shared
    const prompt = [textBlock('what is this?'), imageBlock(pngData), textBlock('and that?'), imageBlock(pngData)]
    await engine.ask(turnFrom({ prompt }))
    expect(conversationOf(onlyRequest(engine).body)).toEqual([userMessage(...prompt)])
  })

  it('has the system prompt of its job and no other', async () => {
    const { engine } = shared
    await engine.ask(turnFrom({ system: 'You are terse.\n\n# Rules\n  - 世界\n' }))
    expect(systemOf(onlyRequest(engine).body)).toEqual(['You are terse.\n\n# Rules\n  - 世界\n'])
  })

  it('is not run as a command, expanded or remembered, whatever it begins with', async () => {
    const { engine } = shared
    const texts = [
      '/help',
      '/clear',
      '/compact now',
      '/no-such-command',
      '@/etc/hostname',
      '!ls',
      '# remember this',
      'ultrathink',
    ]
    using lease = await engine.pool.lease(turnFrom({ prompt: texts[0] as string }))
    for (const prompt of texts) await askSession(lease, turnFrom({ prompt }))
    const asked = engine.model.requests.map(({ body }) => conversationOf(body).at(-1))
    expect(asked).toEqual(texts.map((text) => userMessage(text)))
  })
})

describeReal('what the job asks of the model', () => {
  const adaptive = { type: 'adaptive', display: 'summarized' }
  it.each<[string, Partial<Turn>, object]>([
    [
      'nothing',
      {},
      { model: 'claude-sonnet-4-6', max_tokens: 32_000, thinking: adaptive, output_config: { effort: 'high' } },
    ],
    [
      'a full name and a low effort',
      { model: 'claude-opus-4-6', effort: 'low' },
      { model: 'claude-opus-4-6', max_tokens: 64_000, thinking: adaptive, output_config: { effort: 'low' } },
    ],
    [
      'an alias and a medium effort',
      { model: 'sonnet', effort: 'medium' },
      { model: 'claude-sonnet-5-5', max_tokens: 128_000, thinking: adaptive, output_config: { effort: 'medium' } },
    ],
    [
      'another alias, a high effort and a limit',
      { model: 'opus', effort: 'high', maxTokens: 700 },
      { model: 'claude-opus-5-5', max_tokens: 700, thinking: adaptive, output_config: { effort: 'high' } },
    ],
    [
      'no reasoning',
      { effort: 'off', maxTokens: 50 },
      // Claude Code's own temperature, which is the model's default.
      { model: 'claude-sonnet-4-6', max_tokens: 50, output_config: { effort: 'high' }, temperature: 1 },
    ],
    [
      'a temperature, which reasoning would not allow',
      { temperature: 0.3 },
      { model: 'claude-sonnet-4-6', max_tokens: 32_000, temperature: 0.3, output_config: { effort: 'high' } },
    ],
    [
      'a model that nobody knows',
      { model: 'claude-from-tomorrow-9' },
      { model: 'claude-from-tomorrow-9', max_tokens: 32_000, thinking: adaptive, output_config: { effort: 'high' } },
    ],
  ])('is asked so: %s', async (_, wishes, settings) => {
    const { engine } = shared
    await engine.ask(turnFrom(wishes))
    const { model, max_tokens, thinking, output_config, temperature } = settingsOf(onlyRequest(engine).body)
    expect({ model, max_tokens, thinking, output_config, temperature }).toEqual(settings)
  })

  it('is not left over from the question before in the same conversation', async () => {
    const { engine } = shared
    const turn = turnFrom({ model: 'claude-opus-4-6', effort: 'low', maxTokens: 700, temperature: 0.3 })
    using lease = await engine.pool.lease(turn)
    await askSession(lease, turn)
    await askSession(lease, turnFrom())
    const [first, second] = engine.model.requests.map(({ body }) => settingsOf(body))
    expect(first).toMatchObject({
      model: 'claude-opus-4-6',
      max_tokens: 700,
      output_config: { effort: 'low' },
      temperature: 0.3,
    })
    expect(second).toMatchObject({ model: 'claude-sonnet-4-6', max_tokens: 32_000, output_config: { effort: 'high' } })
    expect(second).not.toHaveProperty('temperature')
  })
})

describeReal('a process that was told in advance what conversations begin with', () => {
  it('asks the model the same as one that was not', async () => {
    await using engine = await EngineOnTrial.open()
    const tools = { returned: [offeredTool('look')], live: [offeredTool('see')] }
    const turn = turnFrom({ system: 'You are told in advance.', tools, effort: 'low' })
    for (const _ of ['seen once', 'seen twice']) await engine.ask(turn)
    // One that fits every job, and one that was told how this one begins.
    await vi.waitFor(() => expect(engine.pool.parked).toBe(2), { timeout: 20_000 })
    await engine.ask(turn)
    expect(engine.pool.stats.forecasts.right).toBe(1)
    const asked = engine.model.requests.map(({ body }) => ({
      ...settingsOf(body),
      conversation: conversationOf(body),
      system: systemOf(body),
      tools: toolsOf(body),
    }))
    for (const each of asked) expect(each).toEqual(asked[0])
  })
})

describeReal('what the model says besides its answer', () => {
  it('is told as reasoning', async () => {
    const { engine } = shared
    engine.model.script({
      blocks: [
        { type: 'thinking', text: 'let me see' },
        { type: 'text', text: 'done' },
      ],
    })
    const { events, result } = await engine.ask(turnFrom())
    expect(events.filter(({ type }) => type === 'reasoning' || type === 'text')).toEqual([
      { type: 'reasoning', text: 'let' },
      { type: 'reasoning', text: ' me' },
      { type: 'reasoning', text: ' see' },
      { type: 'text', text: 'done' },
    ])
    expect(result).toMatchObject({ text: 'done', reasoning: 'let me see' })
  })

  it('is told as the state of the subscription’s limit', async () => {
    const { engine } = shared
    const facts = { status: 'allowed_warning', resetsAtSeconds: 1_900_000_000, claim: 'seven_day' } as const
    const headers = rateLimitHeaders({
      ...facts,
      sevenDays: { utilization: 0.9, surpassedThreshold: 0.75, resetsAtSeconds: 1_900_000_000 },
    })
    engine.model.script({ blocks: [{ type: 'text', text: 'done' }], headers })
    const { events, result } = await engine.ask(turnFrom())
    expect(events.filter(({ type }) => type === 'rate_limit')).toEqual([
      { type: 'rate_limit', rateLimit: { status: 'allowed_warning', resetsAt: 1_900_000_000, window: 'seven_day' } },
    ])
    expect(result.text).toBe('done')
  })

  it('is left out where nobody can make sense of it', async () => {
    const { engine } = shared
    engine.model.script({
      blocks: [
        { type: 'other', block: { type: 'redacted_thinking', data: 'AAAA' } },
        { type: 'text', text: 'done' },
      ],
    })
    expect((await engine.ask(turnFrom())).result).toMatchObject({ text: 'done', reasoning: '' })
  })
})
