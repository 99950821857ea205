import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidJobError } from '../../../src/worker/jobs/invalid-job.ts'
import { planTools } from '../../../src/worker/jobs/plan-tools.ts'
import { sentJob, sentTool } from './sent-job.ts'

const empty = { type: 'object', properties: {} }

/** What the tools of a plain job are offered as, in their order. */
function offeredAs(...names: string[]) {
  const tools = names.map((name, index) => sentTool(name, undefined, `tool ${index}`))
  return planTools(sentJob({ tools })).returned.map(({ name, callerName }) => [callerName, name])
}

describe("a job's tools", () => {
  it('are offered with description and schema as they came', () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const { returned, live } = planTools(sentJob({ tools: [sentTool('get_weather', parameters, ' The weather.\n')] }))
    expect({ returned, live }).toEqual({
      returned: [
        { name: 'get_weather', callerName: 'get_weather', description: ' The weather.\n', inputSchema: parameters },
      ],
      live: [],
    })
  })

  describe('by who runs them', () => {
    const tools = [sentTool('a'), sentTool('b'), sentTool('c')]
    const split = (fields: Parameters<typeof sentJob>[0]) => {
      const { returned, live } = planTools(sentJob({ tools, ...fields }))
      return { returned: returned.map(({ name }) => name), live: live.map(({ name }) => name) }
    }

    it.each([
      ['a plain job: all by the caller', {}, ['a', 'b', 'c'], []],
      ['nulls are a plain job too', { caller_tools: null, reference_id: null }, ['a', 'b', 'c'], []],
      ['a conversation of a coordinator: all live', { reference_id: 'r' }, [], ['a', 'b', 'c']],
      ['a compaction point of a coordinator: all live', { compaction_session_id: 's' }, [], ['a', 'b', 'c']],
      ['no tool named for the caller: all live', { caller_tools: [] }, [], ['a', 'b', 'c']],
      ['those named by the caller, the others live', { caller_tools: ['b', 'zz'] }, ['b'], ['a', 'c']],
    ])('%s', (_, fields, returned, live) => {
      expect(split(fields)).toEqual({ returned, live })
    })

    it("go by the caller's names, not by the offered ones", () => {
      const { returned, live } = planTools(
        sentJob({ tools: [sentTool('a.b'), sentTool('a_b')], caller_tools: ['a.b'] }),
      )
      expect(returned).toEqual([{ name: 'a_b_2', callerName: 'a.b', description: '', inputSchema: empty }])
      expect(live).toEqual([{ name: 'a_b', callerName: 'a_b', description: '', inputSchema: empty }])
    })
  })

  describe('names', () => {
    it.each([
      [
        ['get_weather', '-x', '0'],
        ['get_weather', '-x', '0'],
      ],
      [
        ['a.b', 'c/d e', 'ü', '天気', '👍'],
        ['a_b', 'c_d_e', '_', '__', '__2'],
      ],
      [
        ['a.b', 'a:b', 'a_b'],
        ['a_b_2', 'a_b_3', 'a_b'],
      ],
      [
        ['mcp__auxot__x', 'x', 'Bash'],
        ['mcp__auxot__x', 'x', 'Bash'],
      ],
    ])('%j are offered as %j', (names, expected) => {
      expect(offeredAs(...names)).toEqual(names.map((name, index) => [name, expected[index]]))
    })

    it('keep 100 characters, and end in a hash of their own beyond that', () => {
      const longest = 'x'.repeat(100)
      const names = offeredAs(longest, `${longest}1`, `${longest}2`).map(([, name]) => name)
      expect(names[0]).toBe(longest)
      for (const name of names.slice(1)) expect(name).toMatch(/^x{91}_[0-9a-f]{8}$/)
      expect(new Set(names).size).toBe(3)
    })

    it('do not depend on the tools beside them where they need no change', () => {
      expect(offeredAs('a.b', 'look')).toEqual([
        ['a.b', 'a_b'],
        ['look', 'look'],
      ])
      expect(offeredAs('look')).toEqual([['look', 'look']])
    })

    it('are valid, unique and the same each time, whatever the caller sends', () => {
      const anyName = fc.oneof(
        fc.string({ minLength: 1, maxLength: 130 }),
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.constantFrom('a_b', 'a.b', 'a_b_2', 'x'.repeat(100), 'x'.repeat(101)),
      )
      fc.assert(
        fc.property(fc.array(anyName, { maxLength: 12 }), (names) => {
          const offered = offeredAs(...names)
          expect(offered.map(([caller]) => caller)).toEqual(names)
          for (const [, name] of offered) expect(name).toMatch(/^[A-Za-z0-9_-]{1,100}$/)
          expect(new Set(offered.map(([, name]) => name)).size).toBe(names.length)
          expect(offeredAs(...names)).toEqual(offered)
        }),
      )
    })
  })

  describe('sent twice', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' }, b: {} } }
    const turned = { properties: { b: {}, a: { type: 'string' } }, type: 'object' }

    it('are offered once when they say the same, in whatever order', () => {
      const tools = [sentTool('look', schema, 'Looks'), sentTool('look', turned, 'Looks')]
      expect(planTools(sentJob({ tools })).returned).toEqual([
        { name: 'look', callerName: 'look', description: 'Looks', inputSchema: schema },
      ])
    })

    it("are both offered when they differ, and both are the caller's", () => {
      const tools = [sentTool('look', schema, 'Looks'), sentTool('look', schema, 'Looks twice'), sentTool('look')]
      expect(planTools(sentJob({ tools })).returned.map(({ name, callerName }) => [name, callerName])).toEqual([
        ['look', 'look'],
        ['look_2', 'look'],
        ['look_3', 'look'],
      ])
    })
  })

  describe('in the history', () => {
    const { names } = planTools(
      sentJob({
        tools: [sentTool('a.b'), sentTool('a_b'), sentTool('x', undefined, '1'), sentTool('x', undefined, '2')],
      }),
    )

    it.each([
      ['a.b', 'mcp__auxot__a_b_2'],
      ['a_b', 'mcp__auxot__a_b'],
      ['x', 'mcp__auxot__x'],
      ['gone', 'mcp__auxot__gone'],
      ['a:b', 'mcp__auxot__a_b_3'],
      ['a:b', 'mcp__auxot__a_b_3'],
      ['', 'mcp__auxot__unnamed'],
      ['Bash', 'mcp__auxot__Bash'],
    ])('%j is what the model calls %j', (callerName, modelName) => {
      expect(names.modelName(callerName)).toBe(modelName)
    })
  })

  describe('that cannot be offered', () => {
    it('are refused without a name', () => {
      const tools = [sentTool('a'), sentTool('')]
      expect(() => planTools(sentJob({ tools }))).toThrow(new InvalidJobError('tools[1]: a tool needs a name.'))
    })

    it('are refused by name for their schema', () => {
      const tools = [sentTool('a'), sentTool('look.up', { type: 'array' })]
      const sentence = 'The parameters of the tool "look.up" are no usable JSON Schema: "type" must be "object".'
      expect(() => planTools(sentJob({ tools }))).toThrow(new InvalidJobError(sentence))
    })
  })
})
