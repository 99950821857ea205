import { describe, expect, it } from 'vitest'
import { conversationOf, systemOf, toolsOf } from './model-request.ts'

const environment = '<system-reminder>\n# Environment\nYou have been invoked here.\n - a\n</system-reminder>'
const modelName = '<system-reminder>\nYou are powered by the model named Sonnet 4.6.\n</system-reminder>'
const date = "<system-reminder>\nToday's date is 2026-11-23.\n</system-reminder>"
const marker = { cache_control: { type: 'ephemeral', ttl: '1h' } }
const text = (value: string) => ({ type: 'text', text: value })
const result = (content?: unknown) => ({ type: 'tool_result', tool_use_id: 'toolu_1', ...(content ? { content } : {}) })
const messages = (...content: unknown[]) => ({ messages: [{ role: 'user' as const, content: content as never }] })
const first = (...content: unknown[]) => conversationOf(messages(...content))[0]?.content

describe('conversationOf', () => {
  it('leaves out the blocks that Claude Code puts before the first question', () => {
    expect(first(text(environment), text(modelName), text(`${date}\n`), text('hello'))).toEqual([text('hello')])
  })

  it('leaves out what Claude Code appends to a result that is a string', () => {
    const appended = `the result\n\n${environment}\n\n${modelName}\n\n${date}`
    expect(first(result(appended))).toEqual([result('the result')])
  })

  it('leaves out the blocks that Claude Code appends to a result, with the line break before them', () => {
    const blocks = [text('one\n'), text(`${environment}\n`), text(`${modelName}\n`), text(date)]
    expect(first(result(blocks))).toEqual([result([text('one')])])
  })

  it('gives a result without content when nothing but additions is in it', () => {
    expect(first(result(`${environment}\n\n${modelName}\n\n${date}`))).toEqual([result()])
    expect(first(result([text(environment), text(date)]))).toEqual([result()])
    expect(first(result())).toEqual([result()])
  })

  it('keeps images and several texts of a result as they are', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } }
    expect(first(result([text('one\n'), text('two'), image]))).toEqual([result([text('one\n'), text('two'), image])])
  })

  it("keeps a caller's own reminder", () => {
    const own = '<system-reminder>\nBe kind.\n</system-reminder>'
    expect(first(text(own), text(''))).toEqual([text(own), text('')])
  })

  it('leaves out system messages and cache markers, and gives strings as blocks', () => {
    const conversation = conversationOf({
      messages: [
        { role: 'user', content: 'hello' },
        { role: 'system', content: [], output_config: { effort: 'medium' } },
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 's' }, text('hi')] },
        { role: 'user', content: [{ ...text('again'), ...marker }] },
      ],
    })
    expect(conversation).toEqual([
      { role: 'user', content: [text('hello')] },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 's' }, text('hi')] },
      { role: 'user', content: [text('again')] },
    ])
  })

  it('does not change the body it reads', () => {
    const body = messages({ ...text(`${date}\nhello`), ...marker })
    const before = structuredClone(body)
    conversationOf(body)
    expect(body).toEqual(before)
  })
})

describe('systemOf', () => {
  it('leaves out the lines in which Claude Code names itself', () => {
    const system = [
      text('x-anthropic-billing-header: cc_version=2.1.330;'),
      { ...text("You are a Claude agent, built on Anthropic's Claude Agent SDK."), ...marker },
      { ...text('You are terse.'), ...marker },
    ]
    expect(systemOf({ system })).toEqual(['You are terse.'])
  })

  it('takes a string, or nothing', () => {
    expect([systemOf({ system: 'Be brief.' }), systemOf({})]).toEqual([['Be brief.'], []])
  })
})

describe('toolsOf', () => {
  it('gives the tools without cache markers', () => {
    const tool = { name: 'mcp__auxot__look', description: 'looks', input_schema: { type: 'object' } }
    expect(toolsOf({ tools: [tool, { ...tool, ...marker }] })).toEqual([tool, tool])
    expect(toolsOf({})).toEqual([])
  })
})
