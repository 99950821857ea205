import { expect, it } from 'vitest'
import type { CallLiveTool, LiveToolResult } from '../../../../src/worker/claude/claude-event.ts'
import { askSession } from '../../../support/engine-on-trial.ts'
import { within } from '../../../support/event-record.ts'
import { conversationOf } from '../../../support/model-request.ts'
import { describeReal, sharedEngine } from '../../../support/real-claude.ts'
import {
  assistantMessage,
  imageBlock,
  offeredTool,
  textBlock,
  toolResult,
  toolUse,
  turnFrom,
  userMessage,
} from '../../../support/turn-from.ts'
import { pngData } from '../../jobs/sent-job.ts'

const shared = sharedEngine()
const fetchIt = offeredTool('fetch', { callerName: 'fetch it' })
const live = turnFrom({ tools: { live: [fetchIt] } })
const call = (name: string, input: object, id: string) =>
  ({ type: 'tool_use', name: `mcp__auxot__${name}`, input, id }) as const
const answering = (result: Partial<LiveToolResult>) => async () => ({
  content: '',
  isError: false,
  images: [],
  ...result,
})

/** What the model was told a call came to. */
async function told(callLiveTool: CallLiveTool) {
  const { engine } = shared
  engine.model.script({ blocks: [call('fetch', { at: 'sea' }, 'toolu_1')] })
  const { result } = await engine.ask(live, callLiveTool)
  const [, second] = engine.model.requests
  const { role, content } = conversationOf(second?.body ?? { messages: [] }).at(-1) ?? {}
  expect([role, content?.length, engine.model.requests.length]).toEqual(['user', 1, 2])
  return { block: content?.[0], use: result.toolUses[0] }
}

describeReal('tools that run live', () => {
  it('run at the same time, and the model is told all results in one message', async () => {
    const { engine } = shared
    const calls = ['a', 'b', 'c'].map((name) => call('fetch', { name }, `toolu_${name}`))
    const cache_creation = { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 3 }
    const cached = { cache_creation_input_tokens: 3, cache_read_input_tokens: 10, cache_creation }
    const usage = { input_tokens: 5, output_tokens: 7, ...cached }
    engine.model.script({ blocks: [textBlock('Wait.'), ...calls], usage }, { blocks: [textBlock('All there.')], usage })
    const seen: unknown[] = []
    const { promise: allCalled, resolve } = Promise.withResolvers<void>()
    const { events, result } = await engine.ask(live, async (each) => {
      seen.push(each)
      if (seen.length === 3) resolve()
      await within('the third call while two are running', allCalled)
      return { content: `got ${each.arguments}`, isError: false, images: [] }
    })
    const expected = ['a', 'b', 'c'].map((name) => ({
      id: `toolu_${name}`,
      name: 'fetch it',
      arguments: `{"name":"${name}"}`,
    }))
    expect(seen).toEqual(expected)
    expect(conversationOf(engine.model.requests[1]?.body ?? { messages: [] })).toEqual([
      userMessage('hello'),
      assistantMessage('Wait.', ...['a', 'b', 'c'].map((name) => toolUse(`toolu_${name}`, 'fetch', { name }))),
      userMessage(...['a', 'b', 'c'].map((name) => toolResult(`toolu_${name}`, `got {"name":"${name}"}`))),
    ])
    expect(events.map(({ type }) => type)).toEqual(['text', 'tool_generating', 'rate_limit', 'text', 'text', 'result'])
    expect(result).toMatchObject({
      text: 'Wait.All there.',
      textBeforeTools: 'Wait.',
      textAfterTools: 'All there.',
      toolUses: expected.map((each) => ({ ...each, result: `got ${each.arguments}` })),
      usage: { inputTokens: 36, cacheTokens: 20, outputTokens: 14 },
    })
    expect(result.costUsd).toBeGreaterThan(0)
  })

  it('may run in several rounds of one turn, each of which asks the model once', async () => {
    const { engine } = shared
    const rounds = [1, 2, 3].map((round) => ({ blocks: [call('fetch', { round }, `toolu_${round}`)] }))
    engine.model.script(...rounds, { blocks: [textBlock('done')] })
    const { result } = await engine.ask(live, answering({ content: 'x' }))
    expect([engine.model.requests.length, result.text, result.toolUses.length]).toEqual([4, 'done', 3])
  })

  it('may answer with pictures', async () => {
    const { block, use } = await told(
      answering({ content: 'look', images: [{ mimeType: 'image/png', data: pngData }] }),
    )
    expect(block).toEqual(toolResult('toolu_1', 'look', imageBlock(pngData)))
    expect(use?.result).toBe('look\n[image]')
  })

  it('may fail, which the model is told', async () => {
    const failed = { type: 'tool_result', tool_use_id: 'toolu_1', is_error: true, content: 'it broke' }
    expect((await told(answering({ content: 'it broke', isError: true }))).block).toEqual(failed)
    const { engine } = shared
    engine.model.reset()
    expect((await told(() => Promise.reject(new Error('it broke')))).block).toEqual(failed)
  })

  it('may answer with more than Claude Code shows by itself', async () => {
    const content = 'x'.repeat(200_000)
    expect((await told(answering({ content }))).block).toEqual(toolResult('toolu_1', content))
  })

  it('may answer with nothing, which Claude Code puts into words', async () => {
    const content = '(mcp__auxot__fetch completed with no output)'
    const { block, use } = await told(answering({}))
    expect(block).toEqual({ type: 'tool_result', tool_use_id: 'toolu_1', content })
    expect(use?.result).toBe('')
  })

  it('are no longer waited for when the job is stopped', async () => {
    const { engine } = shared
    engine.model.script({ blocks: [call('fetch', {}, 'toolu_1')] })
    const stop = new AbortController()
    const { promise: called, resolve } = Promise.withResolvers<AbortSignal>()
    using lease = await engine.pool.lease(live)
    const asked = askSession(lease, live, {
      callLiveTool: (_, signal) => {
        resolve(signal)
        return new Promise(() => {})
      },
      signal: stop.signal,
    })
    const signal = await within('the call', called)
    expect(lease.session.turns.runningTools).toEqual(['fetch it'])
    stop.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    expect(signal.aborted).toBe(true)
  })
})

describeReal('live tools and tools that the caller runs in one answer', () => {
  const both = turnFrom({ tools: { live: [fetchIt], returned: [offeredTool('look')] } })

  it.each([
    ['first', [call('fetch', { n: 1 }, 'toolu_f'), call('look', { n: 2 }, 'toolu_l')]],
    ['last', [call('look', { n: 2 }, 'toolu_l'), call('fetch', { n: 1 }, 'toolu_f')]],
    [
      'between',
      [call('look', { n: 3 }, 'toolu_m'), call('fetch', { n: 1 }, 'toolu_f'), call('look', { n: 2 }, 'toolu_l')],
    ],
  ])('run and are returned, where the live one comes %s', async (_, calls) => {
    const { engine } = shared
    engine.model.script({ blocks: calls })
    const { result } = await engine.ask(both, answering({ content: 'fetched' }))
    expect(engine.model.requests.length).toBe(1)
    expect(result.toolUses).toEqual([{ id: 'toolu_f', name: 'fetch it', arguments: '{"n":1}', result: 'fetched' }])
    const returned = calls.filter(({ id }) => id !== 'toolu_f')
    expect(result.toolCalls).toEqual(returned.map(({ id, input }) => ({ id, name: 'look', input })))
  })

  it('come one after the other, in rounds of their own', async () => {
    const { engine } = shared
    engine.model.script(
      { blocks: [call('fetch', {}, 'toolu_f')] },
      { blocks: [textBlock('Now you.'), call('look', {}, 'toolu_l')] },
    )
    const { result } = await engine.ask(both, answering({ content: 'fetched' }))
    expect(engine.model.requests.length).toBe(2)
    expect(result).toMatchObject({ textAfterTools: '', text: 'Now you.', stopReason: 'tool_use' })
    expect([result.toolUses.length, result.toolCalls.map(({ id }) => id)]).toEqual([1, ['toolu_l']])
  })
})
