import { describe, expect, it } from 'vitest'
import { allBuiltinTools, builtinToolNames } from '../../../src/worker/claude/builtin-tools.ts'
import { ToolNames } from '../../../src/worker/claude/tool-names.ts'
import { textOfResult } from '../../../src/worker/claude/tool-result-text.ts'
import { offeredTool } from '../../support/turn-from.ts'

describe('a tool that the model calls', () => {
  const names = new ToolNames({
    returned: [offeredTool('look', { callerName: 'look around' }), offeredTool('Bash')],
    live: [offeredTool('mcp__auxot__x', { callerName: 'mcp__auxot__x' })],
  })

  it.each([
    ['mcp__auxot__look', 'returned', 'look around'],
    ['mcp__auxot__Bash', 'returned', 'Bash'],
    ['mcp__auxot__mcp__auxot__x', 'live', 'mcp__auxot__x'],
    ['mcp__auxot__x', 'builtin', 'mcp__auxot__x'],
    ['Bash', 'builtin', 'Bash'],
    ['look', 'builtin', 'look'],
    ['__proto__', 'builtin', '__proto__'],
  ])('%s is %s, and called %s', (name, kind, callerName) => {
    expect([names.kindOf(name), names.callerName(name)]).toEqual([kind, callerName])
  })
})

describe('Claude Code’s own tools', () => {
  it('are those that are named, once each and in one order', () => {
    expect(builtinToolNames({ builtin: ['Read', 'Bash', 'Read'], builtinOff: [] })).toEqual(['Bash', 'Read'])
    expect(builtinToolNames({ builtin: [], builtinOff: [] })).toEqual([])
  })

  it('are all that work within a job where nothing narrows them, without those that a job has itself', () => {
    const all = builtinToolNames({ builtin: 'all', builtinOff: [] })
    expect(all).toEqual([...allBuiltinTools].sort())
    expect(all).toEqual(expect.arrayContaining(['Bash', 'Edit', 'Read', 'WebFetch', 'Write']))
    expect(builtinToolNames({ builtin: 'all', builtinOff: ['Bash', 'None'] })).toEqual(
      all.filter((name) => name !== 'Bash'),
    )
  })

  it.each(['ToolSearch', 'AskUserQuestion', 'CronCreate', 'Skill', 'Monitor', 'SendMessage'])(
    'do not include %s unless it is named',
    (name) => {
      expect(allBuiltinTools).not.toContain(name)
      expect(builtinToolNames({ builtin: [name], builtinOff: [] })).toEqual([name])
    },
  )
})

describe('a tool’s result as text', () => {
  it.each([
    [undefined, ''],
    ['plain', 'plain'],
    [[], ''],
    [
      [
        { type: 'text', text: 'one' },
        { type: 'image', source: {} },
        { type: 'text', text: 'two' },
      ],
      'one\n[image]\ntwo',
    ],
    [[{ type: 'text' }], ''],
  ])('%j', (content, text) => {
    expect(textOfResult({ type: 'tool_result', ...(content !== undefined && { content }) })).toBe(text)
  })
})
