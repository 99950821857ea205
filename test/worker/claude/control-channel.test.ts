import { describe, expect, it } from 'vitest'
import { ControlChannel } from '../../../src/worker/claude/control-channel.ts'
import type { HostRequestFrame, OutgoingFrame } from '../../../src/worker/claude/frames.ts'
import { readableReasoning } from '../../../src/worker/claude/opening.ts'
import { ToolNames } from '../../../src/worker/claude/tool-names.ts'
import { ToolServer } from '../../../src/worker/claude/tool-server.ts'
import { never, noLiveTools } from '../../support/engine-on-trial.ts'
import { offeredTool } from '../../support/turn-from.ts'

function openChannel() {
  const written: OutgoingFrame[] = []
  const refused: [string, string][] = []
  const held: string[] = []
  const channel = new ControlChannel({
    write: (...frames) => written.push(...frames),
    onRefused: (request, error) => refused.push([request, error]),
  })
  const serve = () => {
    const tools = { returned: [offeredTool('look')], live: [offeredTool('fetch')], builtin: [], builtinOff: [] }
    const names = new ToolNames(tools)
    const server = new ToolServer({ tools, names, callLiveTool: noLiveTools, signal: never })
    channel.serve({ names, tools: server, onHeldCall: (name) => held.push(name) })
  }
  return { channel, written, refused, held, serve }
}

const requestOf = (request: HostRequestFrame['request']): HostRequestFrame => ({
  type: 'control_request',
  request_id: 'their-1',
  request,
})
const answered = (response: object) => ({
  type: 'control_response',
  response: { subtype: 'success', request_id: 'their-1', response },
})
const settledBy = (request_id: string, response: object) => ({
  type: 'control_response' as const,
  response: { subtype: 'success', request_id, ...response },
})

describe('our requests', () => {
  it('have ids of their own, and a refusal is told once', () => {
    const { channel, refused } = openChannel()
    const frames = [channel.frame(readableReasoning), channel.frame({ subtype: 'apply_flag_settings', settings: {} })]
    const ids = frames.map((frame) => (frame.type === 'control_request' ? frame.request_id : ''))
    expect(new Set(ids).size).toBe(2)
    channel.settle(settledBy(`${ids[0]}`, {}))
    for (const _ of [1, 2]) channel.settle(settledBy(`${ids[1]}`, { subtype: 'error', error: 'unknown setting' }))
    channel.settle(settledBy('somebody-else', { subtype: 'error', error: 'no' }))
    expect(refused).toEqual([['apply_flag_settings', 'unknown setting']])
  })

  it('may be refused without a reason', () => {
    const { channel, refused } = openChannel()
    const frame = channel.frame(readableReasoning)
    if (frame.type !== 'control_request') throw new Error('a request is no request')
    channel.settle(settledBy(frame.request_id, { subtype: 'error' }))
    expect(refused).toEqual([['set_max_thinking_tokens', 'no reason given']])
  })
})

describe('Claude Code’s requests', () => {
  it.each([
    ['mcp__auxot__look', { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'defer' } }],
    ['mcp__auxot__fetch', {}],
    ['mcp__auxot__other', {}],
    ['Bash', {}],
    ['look', {}],
  ])('before a tool runs: only a call that the caller runs is deferred: %s', async (tool_name, response) => {
    const { channel, written, serve } = openChannel()
    serve()
    await channel.answer(requestOf({ subtype: 'hook_callback', callback_id: 'returned-tools', input: { tool_name } }))
    expect(written).toEqual([answered(response)])
  })

  it('to our tool server are answered by it', async () => {
    const { channel, written, serve } = openChannel()
    serve()
    await channel.answer(
      requestOf({ subtype: 'mcp_message', server_name: 'auxot', message: { id: 1, method: 'ping' } }),
    )
    expect(written).toEqual([answered({ mcp_response: { jsonrpc: '2.0', id: 1, result: {} } })])
  })

  it('to run a tool of the caller are left unanswered and told', async () => {
    const { channel, written, held, serve } = openChannel()
    serve()
    const message = { id: 1, method: 'tools/call', params: { name: 'look' } }
    await channel.answer(requestOf({ subtype: 'mcp_message', server_name: 'auxot', message }))
    expect([written, held]).toEqual([[], ['look']])
  })

  it.each(['can_use_tool', 'elicitation', 'something_new'])(
    'of other kinds are answered with nothing: %s',
    async (subtype) => {
      const { channel, written, serve } = openChannel()
      serve()
      await channel.answer(requestOf({ subtype }))
      expect(written).toEqual([answered({})])
    },
  )

  it('that come before anybody serves are answered with nothing', async () => {
    const { channel, written } = openChannel()
    await channel.answer(
      requestOf({ subtype: 'mcp_message', server_name: 'auxot', message: { id: 1, method: 'tools/list' } }),
    )
    await channel.answer(requestOf({ subtype: 'hook_callback', input: { tool_name: 'mcp__auxot__look' } }))
    expect(written).toEqual([answered({}), answered({})])
  })
})
