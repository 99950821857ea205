import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClaudeEvent } from '../../../src/worker/claude/claude-event.ts'
import type { IncomingFrame } from '../../../src/worker/claude/frames.ts'
import { ToolNames } from '../../../src/worker/claude/tool-names.ts'
import { TurnReader } from '../../../src/worker/claude/turn-reader.ts'
import {
  answerFrames,
  modelFrame,
  resultFrame,
  type ScriptedBlock,
  toolResultFrame,
} from '../../support/model-frames.ts'
import { offeredTool } from '../../support/turn-from.ts'

const names = new ToolNames({
  returned: [offeredTool('look', { callerName: 'look around' }), offeredTool('see')],
  live: [offeredTool('fetch', { callerName: 'fetch it' })],
})

function readerAfter(frames: readonly IncomingFrame[], costBefore = 0): { reader: TurnReader; events: ClaudeEvent[] } {
  const reader = new TurnReader({ names, costBefore })
  return { reader, events: frames.flatMap((frame) => reader.read(frame)) }
}

const say = (...text: string[]): ScriptedBlock => ({ text })
const call = (tool: string, id: string, ...json: string[]): ScriptedBlock => ({ call: tool, id, json })
const look = (id: string, ...json: string[]) => call('mcp__auxot__look', id, ...json)
const fetchIt = (id: string, ...json: string[]) => call('mcp__auxot__fetch', id, ...json)

describe('a turn that is answered', () => {
  it('is told as it comes, with its usage, its cost and everything it said', () => {
    const usage = { input_tokens: 3, cache_creation_input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 1 }
    const { reader, events } = readerAfter(
      [
        { type: 'system', subtype: 'init' },
        ...answerFrames({ blocks: [{ thinking: ['let me', ' see'] }, say('Hi', ' there')] }),
        { type: 'rate_limit_event', rate_limit_info: { status: 'allowed', resetsAt: 5, rateLimitType: 'five_hour' } },
        resultFrame({ usage: { ...usage, output_tokens: 7 }, total_cost_usd: 0.75 }),
      ],
      0.25,
    )
    const result = {
      text: 'Hi there',
      textBeforeTools: 'Hi there',
      textAfterTools: '',
      reasoning: 'let me see',
      toolCalls: [],
      toolUses: [],
      usage: { inputTokens: 113, cacheTokens: 100, outputTokens: 7 },
      costUsd: 0.5,
      sessionId: 'session-1',
      stopReason: 'end_turn',
    }
    expect(events).toEqual([
      { type: 'reasoning', text: 'let me' },
      { type: 'reasoning', text: ' see' },
      { type: 'text', text: 'Hi' },
      { type: 'text', text: ' there' },
      { type: 'rate_limit', rateLimit: { status: 'allowed', resetsAt: 5, window: 'five_hour' } },
      { type: 'result', result },
    ])
    expect([reader.result, reader.mustCut]).toEqual([result, false])
  })

  it('keeps text that a block begins with, and leaves signatures and empty deltas out', () => {
    const { events } = readerAfter([
      modelFrame({ type: 'message_start', message: {} }),
      modelFrame({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'Al' } }),
      modelFrame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: '' } }),
      modelFrame({ type: 'content_block_delta', index: 0, delta: { type: 'signature_delta' } }),
      modelFrame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'so' } }),
    ])
    expect(events).toEqual([
      { type: 'text', text: 'Al' },
      { type: 'text', text: 'so' },
    ])
  })

  it('tells any text piece by piece and whole, however it is cut', () => {
    const blocks = fc.array(fc.array(fc.string({ maxLength: 8 }), { maxLength: 6 }), { maxLength: 4 })
    fc.assert(
      fc.property(blocks, (texts) => {
        const { reader, events } = readerAfter([
          ...answerFrames({ blocks: texts.map((text) => say(...text)), stop: 'pause_turn' }),
          resultFrame(),
        ])
        const pieces = texts.flat().filter((piece) => piece !== '')
        expect(events.slice(0, -1)).toEqual(pieces.map((text) => ({ type: 'text', text })))
        expect(reader.result?.text).toBe(pieces.join(''))
      }),
    )
  })
})

describe('calls of tools that the caller runs', () => {
  it('are all handed over by their own names, whatever their arguments came in', () => {
    const { reader, events } = readerAfter([
      ...answerFrames({
        blocks: [
          say('On it.'),
          look('toolu_1', '', '{"a":', '1}'),
          look('toolu_2'),
          call('mcp__auxot__see', 'toolu_3', '{"b":[{}]}'),
        ],
        stop: 'tool_use',
      }),
      resultFrame({ stop_reason: 'tool_deferred' }),
    ])
    expect(events.map(({ type }) => type)).toEqual(['text', 'tool_generating', 'result'])
    expect(reader.result).toMatchObject({
      toolCalls: [
        { id: 'toolu_1', name: 'look around', input: { a: 1 } },
        { id: 'toolu_2', name: 'look around', input: {} },
        { id: 'toolu_3', name: 'see', input: { b: [{}] } },
      ],
      toolUses: [],
      text: 'On it.',
      textBeforeTools: 'On it.',
      textAfterTools: '',
      stopReason: 'tool_use',
    })
    expect(reader.running).toEqual(['look around', 'look around', 'see'])
  })

  it('are none of the caller’s when Claude Code has answered them itself', () => {
    const { reader } = readerAfter([
      ...answerFrames({ blocks: [look('toolu_1', '{}'), look('toolu_2', '{}')], stop: 'tool_use' }),
      toolResultFrame('toolu_1', 'no such permission'),
      resultFrame(),
    ])
    expect(reader.result?.toolCalls.map(({ id }) => id)).toEqual(['toolu_2'])
    expect(reader.result?.toolUses).toEqual([])
  })
})

describe('tools that run during the turn', () => {
  it('are told as they start and end where they are Claude Code’s own', () => {
    const { reader, events } = readerAfter([
      ...answerFrames({
        blocks: [say('one'), call('Bash', 'toolu_1', '{"command":', '"ls"}'), call('Read', 'toolu_2', '{"path":"a"}')],
        stop: 'tool_use',
      }),
      toolResultFrame('toolu_2', [{ type: 'text', text: 'file' }, { type: 'image' }]),
      toolResultFrame('toolu_1'),
      ...answerFrames({ blocks: [say('two')] }),
      resultFrame(),
    ])
    const bash = { id: 'toolu_1', name: 'Bash', arguments: '{"command":"ls"}' }
    const read = { id: 'toolu_2', name: 'Read', arguments: '{"path":"a"}' }
    expect(events.slice(0, -1)).toEqual([
      { type: 'text', text: 'one' },
      { type: 'tool_generating' },
      { type: 'tool_started', ...bash },
      { type: 'tool_started', ...read },
      { type: 'tool_ended', ...read, result: 'file\n[image]' },
      { type: 'tool_ended', ...bash, result: '' },
      { type: 'text', text: 'two' },
    ])
    expect(reader.result).toMatchObject({
      text: 'onetwo',
      textBeforeTools: 'one',
      textAfterTools: 'two',
      toolCalls: [],
      toolUses: [
        { ...bash, result: '' },
        { ...read, result: 'file\n[image]' },
      ],
    })
  })

  it('are told as started before they end, also where one ended before its call was said to be complete', () => {
    const block = { type: 'tool_use', id: 'toolu_1', name: 'Bash' }
    const delta = { type: 'input_json_delta', partial_json: '{"command":"true"}' }
    const { events } = readerAfter([
      modelFrame({ type: 'message_start', message: {} }),
      modelFrame({ type: 'content_block_start', index: 0, content_block: block }),
      modelFrame({ type: 'content_block_delta', index: 0, delta }),
      toolResultFrame('toolu_1', 'done'),
      modelFrame({ type: 'content_block_stop', index: 0 }),
    ])
    const use = { id: 'toolu_1', name: 'Bash', arguments: '{"command":"true"}' }
    expect(events).toEqual([
      { type: 'tool_generating' },
      { type: 'tool_started', ...use },
      { type: 'tool_ended', ...use, result: 'done' },
    ])
  })

  it('are only in the result where they ran live, under the caller’s names', () => {
    const { reader, events } = readerAfter([
      ...answerFrames({ blocks: [fetchIt('toolu_1', '{"a":1}')], stop: 'tool_use' }),
      toolResultFrame('toolu_1', 'fetched'),
      ...answerFrames({ blocks: [say('Here.')] }),
      resultFrame(),
    ])
    expect(events.map(({ type }) => type)).toEqual(['tool_generating', 'text', 'result'])
    expect(reader.result?.toolUses).toEqual([
      { id: 'toolu_1', name: 'fetch it', arguments: '{"a":1}', result: 'fetched' },
    ])
  })

  it('are reported with what they said themselves, whatever Claude Code makes of it', () => {
    const calls = ['toolu_1', 'toolu_2', 'toolu_3'].map((id) => fetchIt(id, '{}'))
    const { reader } = readerAfter(answerFrames({ blocks: calls, stop: 'tool_use' }))
    const image = { mimeType: 'image/png', data: 'AAAA' }
    reader.liveToolEnded('toolu_1', { content: '', isError: false, images: [] })
    reader.liveToolEnded('toolu_2', { content: 'look', isError: false, images: [image, image] })
    const shown = ['(mcp__auxot__fetch completed with no output)', 'look', 'it broke']
    for (const [index, text] of shown.entries()) reader.read(toolResultFrame(`toolu_${index + 1}`, text))
    for (const frame of [...answerFrames({ blocks: [say('Here.')] }), resultFrame()]) reader.read(frame)
    expect(reader.result?.toolUses.map(({ result }) => result)).toEqual(['', 'look\n[image]\n[image]', 'it broke'])
  })

  it('run beside calls that are returned', () => {
    const { reader } = readerAfter([
      ...answerFrames({ blocks: [fetchIt('toolu_1', '{}'), look('toolu_2', '{}')], stop: 'tool_use' }),
      toolResultFrame('toolu_1', 'fetched'),
      resultFrame(),
    ])
    expect(reader.result?.toolUses.map(({ id }) => id)).toEqual(['toolu_1'])
    expect(reader.result?.toolCalls.map(({ id }) => id)).toEqual(['toolu_2'])
  })

  it('are named while they run', () => {
    const { reader } = readerAfter([
      ...answerFrames({ blocks: [fetchIt('toolu_1', '{}'), call('Bash', 'toolu_2', '{}')], stop: 'tool_use' }),
      toolResultFrame('toolu_1', 'fetched'),
    ])
    expect(reader.running).toEqual(['Bash'])
  })

  it('have text before the first and after the last of several rounds', () => {
    const { reader } = readerAfter([
      ...answerFrames({ blocks: [say('a'), fetchIt('toolu_1', '{}')], stop: 'tool_use' }),
      toolResultFrame('toolu_1', '1'),
      ...answerFrames({ blocks: [say('b'), fetchIt('toolu_2', '{}')], stop: 'tool_use' }),
      toolResultFrame('toolu_2', '2'),
      ...answerFrames({ blocks: [say('c')] }),
      resultFrame(),
    ])
    expect(reader.result).toMatchObject({ text: 'abc', textBeforeTools: 'a', textAfterTools: 'c' })
  })

  it('count once as being written, whoever runs them', () => {
    const { events } = readerAfter([
      ...answerFrames({ blocks: [fetchIt('toolu_1', '{}')], stop: 'tool_use' }),
      toolResultFrame('toolu_1', '1'),
      ...answerFrames({ blocks: [look('toolu_2', '{}')], stop: 'tool_use' }),
    ])
    expect(events.filter(({ type }) => type === 'tool_generating').length).toBe(1)
  })
})

describe('a turn in which Claude Code would ask again by itself', () => {
  const half = { call: 'mcp__auxot__look', id: 'toolu_1', json: ['{"a":'] }
  it.each<[string, string, ScriptedBlock[]]>([
    ['cut off at the limit of tokens', 'max_tokens', [say('so far')]],
    ['cut off at the end of the context', 'model_context_window_exceeded', [say('so far')]],
    ['cut off in the middle of a call', 'max_tokens', [say('so far'), half]],
    ['cut off after one call and in the middle of another', 'max_tokens', [look('toolu_0', '{}'), half]],
    ['empty', 'end_turn', []],
    ['blank', 'end_turn', [say('', ' \n')]],
    ['reasoning and nothing else', 'end_turn', [{ thinking: ['hm'] }]],
    ['an empty one at a stop sequence', 'stop_sequence', []],
  ])('must be cut: the answer is %s', (_, stop, blocks) => {
    const frames = answerFrames({ blocks, stop, usage: { input_tokens: 4 }, endUsage: { output_tokens: 6 } })
    // Every frame up to the one that gives the reason; there is no time to wait for the next one.
    const { reader } = readerAfter(frames.slice(0, -1))
    expect(reader.mustCut).toBe(true)
    expect(reader.cutResult()).toMatchObject({
      stopReason: stop,
      costUsd: undefined,
      sessionId: '',
      usage: { inputTokens: 4, cacheTokens: 0, outputTokens: 6 },
      toolCalls: blocks[0] !== undefined && 'call' in blocks[0] ? [{ id: 'toolu_0' }] : [],
    })
  })

  it.each<[string, string | null, ScriptedBlock[]]>([
    ['is complete', 'end_turn', [say('done')]],
    ['ended at a stop sequence', 'stop_sequence', [say('done')]],
    ['has a complete call at the limit of tokens', 'max_tokens', [say('so far'), look('toolu_1', '{}')]],
    ['is a call and nothing else', 'tool_use', [look('toolu_1', '{}')]],
    ['is a refusal without a word', 'refusal', []],
    ['is a pause without a word', 'pause_turn', []],
    ['was closed by an error', null, []],
    ['was closed by an error after some words', null, [say('so')]],
  ])('is left alone where the answer %s', (_, stop, blocks) => {
    expect(readerAfter(answerFrames({ blocks, stop })).reader.mustCut).toBe(false)
  })

  it('looks at the answer that ends, not at the rounds before it', () => {
    const round = [
      ...answerFrames({ blocks: [say('I look.'), fetchIt('toolu_1', '{}')], stop: 'tool_use' }),
      toolResultFrame('toolu_1', 'x'),
    ]
    expect(readerAfter([...round, ...answerFrames({ blocks: [] })]).reader.mustCut).toBe(true)
    expect(readerAfter([...round, ...answerFrames({ blocks: [say('a')], stop: 'max_tokens' })]).reader.mustCut).toBe(
      true,
    )
    expect(readerAfter([...round, ...answerFrames({ blocks: [say('a')] })]).reader.mustCut).toBe(false)
  })
})

describe('usage of a turn that was cut', () => {
  it('is what its answers said while they came, later counts before earlier ones and nulls left out', () => {
    const first = { input_tokens: 3, cache_read_input_tokens: 50, cache_creation_input_tokens: 7, output_tokens: 1 }
    const { reader } = readerAfter([
      ...answerFrames({
        blocks: [fetchIt('toolu_1', '{}')],
        stop: 'tool_use',
        usage: first,
        endUsage: { input_tokens: null, output_tokens: 20 },
      }),
      toolResultFrame('toolu_1', 'x'),
      ...answerFrames({ blocks: [say('a')], usage: { input_tokens: 5, output_tokens: 1 } }).slice(0, -2),
    ])
    expect(reader.cutResult().usage).toEqual({ inputTokens: 65, cacheTokens: 50, outputTokens: 21 })
  })

  it('is nothing where no answer began', () => {
    expect(readerAfter([]).reader.cutResult()).toMatchObject({
      usage: { inputTokens: 0, cacheTokens: 0, outputTokens: 0 },
      text: '',
      stopReason: '',
    })
  })
})

describe('a second answer', () => {
  const failure = { class: 'server_error', message: 'the answer was cut off and begun anew', retryable: false }

  it.each<[string, ScriptedBlock]>([
    ['words', say('The ans')],
    ['a call', look('toolu_1', '{"a"')],
  ])('without a tool round fails the turn, where the first had %s: they must not be joined', (_, begun) => {
    const { reader } = readerAfter(answerFrames({ blocks: [begun] }).slice(0, -2))
    const again = modelFrame({ type: 'message_start', message: {} })
    expect(() => reader.read(again)).toThrow(expect.objectContaining(failure))
  })

  it('is read where nothing was said in the first', () => {
    const begun = answerFrames({ blocks: [{ thinking: ['hm'] }] }).slice(0, -2)
    const { reader } = readerAfter([...begun, ...answerFrames({ blocks: [say('The answer.')] }), resultFrame()])
    expect(reader.result).toMatchObject({ text: 'The answer.', reasoning: 'hm' })
  })
})

describe('a returned call that Claude Code runs all the same', () => {
  it('ends the turn once the answer it is in is complete', () => {
    const frames = answerFrames({ blocks: [look('toolu_1', '{}'), look('toolu_2', '{}')], stop: 'tool_use' })
    const reader = new TurnReader({ names, costBefore: 0 })
    for (const frame of frames.slice(0, 4)) reader.read(frame)
    reader.holdCall()
    expect(reader.mustCut).toBe(false)
    for (const frame of frames.slice(4, -1)) reader.read(frame)
    expect(reader.mustCut).toBe(false)
    for (const frame of frames.slice(-1)) reader.read(frame)
    expect(reader.mustCut).toBe(true)
    expect(reader.cutResult().toolCalls.map(({ id }) => id)).toEqual(['toolu_1', 'toolu_2'])
  })

  it('ends the turn at once where the answer is complete already', () => {
    const { reader } = readerAfter(answerFrames({ blocks: [look('toolu_1', '{}')], stop: 'tool_use' }))
    reader.holdCall()
    expect(reader.mustCut).toBe(true)
  })
})

describe('frames that are nobody’s answer', () => {
  it('are left out where they come from a sub-agent', () => {
    const inner = answerFrames({ blocks: [say('secret'), look('toolu_9', '{}')], stop: 'max_tokens' })
    const { reader, events } = readerAfter([
      ...answerFrames({ blocks: [say('out')] }).slice(0, -2),
      ...inner.map((frame) => ({ ...frame, parent_tool_use_id: 'toolu_1' }) as IncomingFrame),
      { type: 'user', message: { content: [] }, parent_tool_use_id: 'toolu_1' },
      { type: 'assistant', message: { model: '<synthetic>' }, parent_tool_use_id: 'toolu_1' },
    ])
    expect(events).toEqual([{ type: 'text', text: 'out' }])
    expect([reader.mustCut, reader.cutResult().text, reader.running]).toEqual([false, 'out', []])
  })

  it.each<[string, IncomingFrame]>([
    ['a whole message', { type: 'assistant', message: { content: [{ type: 'text', text: 'again' }] } }],
    ['a user’s own words', { type: 'user', message: { content: 'words' } }],
    ['a result of a call that was not made', toolResultFrame('toolu_77', 'x')],
    ['a retry', { type: 'system', subtype: 'api_retry' }],
    ['an answer to a request', { type: 'control_response', response: { subtype: 'success', request_id: 'a' } }],
    ['an event of a kind that is newer', modelFrame({ type: 'content_block_glow' } as never)],
  ])('are read past: %s', (_, frame) => {
    const { events } = readerAfter([...answerFrames({ blocks: [say('a')] }), frame])
    expect(events).toEqual([{ type: 'text', text: 'a' }])
  })
})

describe('a turn that fails', () => {
  it('throws what the last frame and Claude Code’s own words say, and keeps what was said before', () => {
    const notice: IncomingFrame = {
      type: 'assistant',
      message: { model: '<synthetic>', content: [{ type: 'text', text: 'API Error: Overloaded' }] },
      error: 'server_error',
    }
    const { reader } = readerAfter([...answerFrames({ blocks: [say('Hal')], stop: null }), notice])
    const failed = resultFrame({ is_error: true, api_error_status: 529, terminal_reason: 'api_error' })
    const failure = { class: 'overloaded', status: 529, details: 'API Error: Overloaded', retryable: true }
    expect(() => reader.read(failed)).toThrow(expect.objectContaining(failure))
    expect(reader.result).toBeUndefined()
    expect(reader.cutResult().text).toBe('Hal')
  })

  it.each(['error_during_execution', 'error_max_turns', undefined])('throws without a success: %s', (subtype) => {
    const { reader } = readerAfter([])
    expect(() => reader.read({ ...resultFrame(), subtype: subtype as string })).toThrow('the model service failed')
  })

  it('knows the limit that was told before', () => {
    const info = { status: 'rejected', resetsAt: 1_900_000_000, rateLimitType: 'five_hour' }
    const { reader } = readerAfter([{ type: 'rate_limit_event', rate_limit_info: info }])
    const rateLimit = { status: 'rejected', resetsAt: 1_900_000_000, window: 'five_hour' }
    expect(reader.rateLimit).toEqual(rateLimit)
    const failed = resultFrame({ is_error: true, api_error_status: 429 })
    expect(() => reader.read(failed)).toThrow(
      expect.objectContaining({ class: 'rate_limit', rateLimit: { ...rateLimit, resetFrom: 'event' } }),
    )
  })
})
