import { describe, expect, it } from 'vitest'
import { startEchoModel } from '../../../src/dev/echo-model.ts'
import { modelToolName, toolServerName } from '../../../src/worker/claude/tool-server-name.ts'
import type { JsonObject } from '../../../src/worker/claude/turn.ts'
import { checkSchema } from '../../../src/worker/jobs/check-schema.ts'
import { BareClaude, type Frame } from '../../support/bare-claude.ts'
import { claudeProgram } from '../../support/claude-program.ts'
import { badSchemas, goodSchemas, poisonousSchemas } from './schemas.ts'

const program = claudeProgram()

/** The names, sorted, of those tools that the real Claude Code tells the model about. */
async function offeredOf(schemas: Readonly<Record<string, JsonObject>>): Promise<string[]> {
  await using model = await startEchoModel({ validate: false })
  await using claude = new BareClaude({ program: program as string, baseUrl: model.url })
  const tools = Object.entries(schemas).map(([name, inputSchema]) => ({ name, description: 'A tool', inputSchema }))
  claude.send({
    type: 'control_request',
    request_id: 'initialize',
    request: { subtype: 'initialize', systemPrompt: ['S'], sdkMcpServers: [toolServerName] },
  })
  claude.ask('Hello')
  const serving = serveTools(claude, tools)
  const { body } = await Promise.race([model.nextRequest(), serving])
  return (body.tools ?? []).map((tool) => tool.name).sort()
}

/** Answers what Claude Code asks of our tool server for as long as it runs; its end is no news here. */
async function serveTools(claude: BareClaude, tools: readonly object[]): Promise<never> {
  const results: Record<string, object> = {
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: toolServerName, version: '1' },
    },
    'tools/list': { tools },
  }
  for (;;) {
    const [request] = (await claude.until('control_request')).slice(-1)
    if (request) claude.send(toolServerAnswer(request, results))
  }
}

function toolServerAnswer(frame: Frame, results: Readonly<Record<string, object>>): object {
  const { message } = frame.request as { message: { id?: number; method: string } }
  const mcp_response = { jsonrpc: '2.0', id: message.id ?? 0, result: results[message.method] ?? {} }
  const response = { subtype: 'success', request_id: frame.request_id, response: { mcp_response } }
  return { type: 'control_response', response }
}

describe.skipIf(!program)('what the real Claude Code makes of the schemas of tools', () => {
  it('offers all that we let through, and drops all that we refuse for a fault further down', async () => {
    const good = goodSchemas.map(({ schema }, index) => [`good-${index}`, checkSchema(schema, 'tool')] as const)
    const bad = badSchemas.map(({ schema }, index) => [`bad-${index}`, schema] as const)
    const offered = await offeredOf(Object.fromEntries([...good, ...bad]))
    expect(offered).toEqual(good.map(([name]) => modelToolName(name)).sort())
  })

  it('drops every tool of the turn for one that is no object schema', async () => {
    const titles = ['another type', 'properties as a list', 'required as a flag']
    const bad = poisonousSchemas.filter(({ title }) => titles.includes(title))
    const offered = await Promise.all(bad.map(({ schema }) => offeredOf({ good: { type: 'object' }, bad: schema })))
    expect(offered).toEqual([[], [], []])
  })

  it('takes every name that we offer', async () => {
    const names = ['Bash', '-lead', '_u', '__a__b__', '0n', 'mcp__auxot__x', 'mcp__other__x', 'x'.repeat(100)]
    const offered = await offeredOf(Object.fromEntries(names.map((name) => [name, { type: 'object' }])))
    expect(offered).toEqual(names.map(modelToolName).sort())
    expect(modelToolName('x'.repeat(100)).length).toBeLessThanOrEqual(128)
  })
})
