import { describe, expect, it } from 'vitest'
import type { CallLiveTool, LiveToolResult } from '../../../src/worker/claude/claude-event.ts'
import { ToolNames } from '../../../src/worker/claude/tool-names.ts'
import { ToolServer } from '../../../src/worker/claude/tool-server.ts'
import type { JsonObject } from '../../../src/worker/claude/turn.ts'
import { noLiveTools } from '../../support/engine-on-trial.ts'
import { offeredTool } from '../../support/turn-from.ts'

const { signal } = new AbortController()
const schema: JsonObject = { type: 'object', properties: { at: { type: 'string' } } }
const returned = [offeredTool('look', { callerName: 'look around', inputSchema: schema })]
const live = [offeredTool('fetch_it', { callerName: 'fetch it', description: '' })]

function serverWith(callLiveTool: CallLiveTool = noLiveTools): ToolServer {
  const tools = { returned, live, builtin: [], builtinOff: [] }
  return new ToolServer({ tools, names: new ToolNames(tools), callLiveTool, signal })
}

const callOf = (name: string, fields: JsonObject = {}) => ({ id: 7, method: 'tools/call', params: { name, ...fields } })
const answering = (result: Partial<LiveToolResult>) => async () => ({
  content: '',
  isError: false,
  images: [],
  ...result,
})
const contentOf = async (result: Partial<LiveToolResult>) => {
  const reply = await serverWith(answering(result)).answer(callOf('fetch_it'))
  return reply?.result
}

describe('the tool server', () => {
  it('introduces itself in the protocol version it is asked for', async () => {
    const asked = { id: 0, method: 'initialize', params: { protocolVersion: '2099-01-01' } }
    expect(await serverWith().answer(asked)).toEqual({
      jsonrpc: '2.0',
      id: 0,
      result: {
        protocolVersion: '2099-01-01',
        capabilities: { tools: {} },
        serverInfo: { name: 'auxot', version: '1' },
      },
    })
    expect(await serverWith().answer({ id: 0, method: 'initialize' })).toMatchObject({
      result: { protocolVersion: '2025-11-25' },
    })
  })

  it('lists the returned and the live tools unchanged, free to run at once and with long results', async () => {
    const extra = { annotations: { readOnlyHint: true }, _meta: { 'anthropic/maxResultSizeChars': 500_000 } }
    expect(await serverWith().answer({ id: 'a', method: 'tools/list' })).toEqual({
      jsonrpc: '2.0',
      id: 'a',
      result: {
        tools: [
          { name: 'look', description: 'does look', inputSchema: schema, ...extra },
          { name: 'fetch_it', description: '', inputSchema: { type: 'object', properties: {} }, ...extra },
        ],
      },
    })
  })

  it('answers a notification so that its control request is answered, and what it does not know with nothing', async () => {
    expect(await serverWith().answer({ method: 'notifications/initialized' })).toEqual({
      jsonrpc: '2.0',
      id: 0,
      result: {},
    })
    expect(await serverWith().answer({ id: 3, method: 'ping' })).toEqual({ jsonrpc: '2.0', id: 3, result: {} })
  })
})

describe('a call of a live tool', () => {
  it('is passed on under the caller’s name, with the id the model gave it and the signal of its job', async () => {
    const calls: unknown[] = []
    const server = serverWith(async (...call) => {
      calls.push(call)
      return { content: 'done', isError: false, images: [] }
    })
    const fields = { arguments: { at: 'sea' }, _meta: { 'claudecode/toolUseId': 'toolu_1' } }
    expect(await server.answer(callOf('fetch_it', fields))).toEqual({
      jsonrpc: '2.0',
      id: 7,
      result: { content: [{ type: 'text', text: 'done' }], isError: false },
    })
    expect(calls).toEqual([[{ id: 'toolu_1', name: 'fetch it', arguments: '{"at":"sea"}' }, signal]])
  })

  it('has empty arguments and the message’s id where none came', async () => {
    let seen: unknown
    await serverWith(async (call) => {
      seen = call
      return { content: '', isError: false, images: [] }
    }).answer(callOf('fetch_it'))
    expect(seen).toEqual({ id: '7', name: 'fetch it', arguments: '{}' })
  })

  it('is answered with text, images, an error, or nothing', async () => {
    const image = { type: 'image', mimeType: 'image/png', data: 'AAAA' }
    const images = [{ mimeType: 'image/png', data: 'AAAA' }]
    expect(await contentOf({ content: 'a', images })).toEqual({
      content: [{ type: 'text', text: 'a' }, image],
      isError: false,
    })
    expect(await contentOf({ images })).toEqual({ content: [image], isError: false })
    expect(await contentOf({ content: 'bad', isError: true })).toEqual({
      content: [{ type: 'text', text: 'bad' }],
      isError: true,
    })
    expect(await contentOf({})).toEqual({ content: [{ type: 'text', text: '' }], isError: false })
  })

  it('is answered with an error where it could not be run', async () => {
    const server = serverWith(() => Promise.reject(new Error('the connection to the router was lost')))
    expect(await server.answer(callOf('fetch_it'))).toMatchObject({
      result: { content: [{ type: 'text', text: 'the connection to the router was lost' }], isError: true },
    })
  })
})

describe('a call of a returned tool', () => {
  it.each(['look', 'unknown'])('is never answered and never run: %s', async (name) => {
    expect(await serverWith().answer(callOf(name))).toBeUndefined()
  })
})
