import { describe, expect, it } from 'vitest'
import {
  bareToolName,
  callerToolName,
  modelToolName,
  offeredToolName,
} from '../../../src/worker/claude/tool-server-name.ts'
import type { OfferedTool } from '../../../src/worker/claude/turn.ts'

const offered = (name: string, callerName: string): OfferedTool => ({
  name,
  callerName,
  description: '',
  inputSchema: { type: 'object' },
})

describe('tool names between caller, server and model', () => {
  it('puts the prefix of our server in front for the model', () => {
    expect(modelToolName('get_weather')).toBe('mcp__auxot__get_weather')
  })

  it.each([
    { model: 'mcp__auxot__x', bare: 'x', offeredAs: 'x' },
    { model: 'mcp__auxot__mcp__auxot__x', bare: 'mcp__auxot__x', offeredAs: 'mcp__auxot__x' },
    { model: 'mcp__other__x', bare: 'mcp__other__x', offeredAs: undefined },
    { model: 'Bash', bare: 'Bash', offeredAs: undefined },
  ])('takes one prefix off $model', ({ model, bare, offeredAs }) => {
    expect(bareToolName(model)).toBe(bare)
    expect(offeredToolName(model)).toBe(offeredAs)
  })

  it("gives the caller's name for what the model called", () => {
    const tools = [offered('a_b', 'a.b'), offered('Bash', 'Bash!'), offered('mcp__auxot__x', 'mcp__auxot__x')]
    expect(callerToolName('mcp__auxot__a_b', tools)).toBe('a.b')
    expect(callerToolName('mcp__auxot__Bash', tools)).toBe('Bash!')
    expect(callerToolName('mcp__auxot__mcp__auxot__x', tools)).toBe('mcp__auxot__x')
  })

  it('leaves the name of a tool of Claude Code alone, whatever the caller offers', () => {
    expect(callerToolName('Bash', [offered('Bash', 'Bash!')])).toBe('Bash')
  })

  it('gives the bare name of a tool that nobody offered', () => {
    expect(callerToolName('mcp__auxot__gone', [])).toBe('gone')
  })
})
