import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkRequest } from '../../../src/dev/echo/check-request.ts'
import type { MessagesBody } from '../../../src/dev/echo-model.ts'
import type { SentJob } from '../../../src/protocol/job.ts'
import { modelToolName } from '../../../src/worker/claude/tool-server-name.ts'
import type { HistoryMessage, Turn } from '../../../src/worker/claude/turn.ts'
import { InvalidJobError } from '../../../src/worker/jobs/invalid-job.ts'
import { planTurn } from '../../../src/worker/jobs/plan-turn.ts'
import { pngData, sentCall, sentJob, sentTool } from './sent-job.ts'

type SentMessage = NonNullable<SentJob['messages']>[number]

const context = { policy: undefined, settings: { defaultModel: 'm', builtinTools: 'all' } } as const

// Small pools, so that ids and names meet each other and themselves.
const id = fc.constantFrom('', '1', '1_2', 'a.b', 'a:b', 'a_b', 'toolu_x', 'ü', 'call')
const toolName = fc.constantFrom(
  'look',
  'a.b',
  'a_b',
  'a_b_2',
  'Bash',
  'mcp__auxot__look',
  '天気',
  'x'.repeat(120),
  'x'.repeat(121),
)
const blank = fc.constantFrom('', ' ', '\n\t')
const words = fc.oneof({ weight: 4, arbitrary: fc.constant('⟦⟧') }, { weight: 1, arbitrary: blank })
const textPart = words.map((text) => ({ type: 'text', text }))
const imagePart = fc.constant({ type: 'image_url', image_url: { url: `data:image/png;base64,${pngData}` } })
const textContent = fc.oneof(words, fc.constant(null), fc.array(textPart, { maxLength: 3 }))
const anyContent = fc.oneof(textContent, fc.array(fc.oneof(textPart, imagePart), { maxLength: 3 }))
const call = fc
  .tuple(id, toolName, fc.constantFrom('', '{}', '{"a":1}', 'no json', '[]', 'null'))
  .map(([callId, name, input]) => sentCall(callId, name, input))

const message: fc.Arbitrary<SentMessage> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ role: fc.constantFrom('system' as const, 'developer' as const), content: textContent }),
  },
  { weight: 3, arbitrary: fc.record({ role: fc.constant('user' as const), content: anyContent }) },
  {
    weight: 4,
    arbitrary: fc.record({
      role: fc.constant('assistant' as const),
      content: textContent,
      tool_calls: fc.array(call, { maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      { role: fc.constant('tool' as const), content: anyContent, tool_call_id: id },
      { requiredKeys: ['role', 'content'] },
    ),
  },
)
const messages = fc.array(message, { maxLength: 14 }).map(withMarks)
const tools = fc
  .array(fc.tuple(toolName, fc.constantFrom('one', 'other')), { maxLength: 5 })
  .map((all) => all.map(([name, description]) => sentTool(name, { type: 'object', properties: {} }, description)))
const job = fc.record({ messages, tools })

/** Numbers the texts, so that each can be told from the others whatever happens to it. */
function withMarks(sent: SentMessage[]): SentMessage[] {
  let number = 0
  return JSON.parse(JSON.stringify(sent).replaceAll('⟦⟧', () => `⟦${number++}⟧`))
}

/** The turn, or undefined where there was nothing to answer; nothing else may be refused here. */
function turnOf(fields: Partial<SentJob>): Turn | undefined {
  try {
    return planTurn(sentJob(fields), context).turn
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidJobError)
    expect((error as Error).message).toContain('no user message with any content')
    return undefined
  }
}

function conversationOf({ history, prompt }: Turn): HistoryMessage[] {
  return [...history, { role: 'user', content: prompt }]
}

function offeredOf({ tools: { returned, live } }: Turn) {
  return [...returned, ...live]
}

/** How often each marked text is in there. */
function countMarks(value: unknown): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [mark] of JSON.stringify(value).matchAll(/⟦\d+⟧/gu)) counts.set(mark, (counts.get(mark) ?? 0) + 1)
  return counts
}

const isBlank = (text: string) => text.trim() === ''
const isSilent = ({ content, tool_calls }: SentMessage) =>
  (tool_calls ?? []).length === 0 &&
  (typeof content === 'string'
    ? isBlank(content)
    : (content ?? []).every((part) => 'text' in part && typeof part.text === 'string' && isBlank(part.text)))

describe('every turn that comes out of a job', () => {
  it('is taken by the model: roles in turn, no blank text, each call with its one result, unique names and ids', () => {
    fc.assert(
      fc.property(job, (fields) => {
        const turn = turnOf(fields)
        if (!turn) return
        const conversation = conversationOf(turn)
        expect(conversation.map(({ role }) => role)).toEqual(
          conversation.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')),
        )
        const body = {
          model: turn.model,
          max_tokens: 1,
          messages: conversation,
          tools: offeredOf(turn).map((tool) => ({ name: modelToolName(tool.name), input_schema: tool.inputSchema })),
        }
        expect(() => checkRequest(body as unknown as MessagesBody)).not.toThrow()
      }),
      { numRuns: 400 },
    )
  })

  it('is refused only where neither a user nor a tool says anything', () => {
    fc.assert(
      fc.property(job, (fields) => {
        const isHeard = (sent: SentMessage) => sent.role === 'tool' || (sent.role === 'user' && !isSilent(sent))
        expect(turnOf(fields) !== undefined).toBe(fields.messages.some(isHeard))
      }),
    )
  })

  it('loses no text and no image, and tells nothing twice', () => {
    fc.assert(
      fc.property(job, (fields) => {
        const turn = turnOf(fields)
        if (!turn) return
        const seen = { system: turn.system, conversation: conversationOf(turn) }
        expect(countMarks(seen)).toEqual(countMarks(fields.messages))
        const images = (value: unknown) => JSON.stringify(value).split(pngData).length
        expect(images(seen)).toBe(images(fields.messages))
      }),
    )
  })

  it('keeps the texts of each side in their order', () => {
    const order = (value: unknown) => [...countMarks(value).keys()]
    const side = (role: string) => (one: { role?: string }) => one.role === role
    fc.assert(
      fc.property(job, (fields) => {
        const turn = turnOf(fields)
        if (!turn) return
        const conversation = conversationOf(turn)
        expect(order(conversation.filter(side('assistant')))).toEqual(order(fields.messages.filter(side('assistant'))))
        const asked = new Set(order(fields.messages.filter(side('user'))))
        const heard = order(conversation.filter(side('user'))).filter((mark) => asked.has(mark))
        expect(heard).toEqual([...asked])
      }),
    )
  })

  it('holds every call once, under the name its tool is offered by', () => {
    fc.assert(
      fc.property(job, (fields) => {
        const turn = turnOf(fields)
        if (!turn) return
        const made = fields.messages.flatMap((sent) => sent.tool_calls ?? []).map((sent) => sent.function.name)
        const seen = conversationOf(turn)
          .flatMap(({ role, content }) => (role === 'assistant' ? content : []))
          .flatMap((block) => (block.type === 'tool_use' ? [block.name] : []))
        expect(seen).toHaveLength(made.length)
        const byModelName = new Map(offeredOf(turn).map((tool) => [modelToolName(tool.name), tool.callerName]))
        const ofJob = new Set(fields.tools.map((tool) => tool.function.name))
        expect(seen.map((name) => byModelName.get(name))).toEqual(
          made.map((name) => (ofJob.has(name) ? name : undefined)),
        )
      }),
    )
  })

  it('is the same for the same meaning: a string or one part, one message or one for each part', () => {
    const asParts = (sent: SentMessage): SentMessage =>
      typeof sent.content === 'string' ? { ...sent, content: [{ type: 'text', text: sent.content }] } : sent
    const apart = (sent: SentMessage): SentMessage[] =>
      sent.role === 'user' && Array.isArray(sent.content)
        ? sent.content.map((part) => ({ ...sent, content: [part] }))
        : [sent]
    fc.assert(
      fc.property(job, (fields) => {
        const turn = turnOf(fields)
        expect(turnOf({ ...fields, messages: fields.messages.map(asParts) })).toEqual(turn)
        expect(turnOf({ ...fields, messages: fields.messages.flatMap(apart) })).toEqual(turn)
      }),
    )
  })

  it('begins, when the conversation goes on, with what the model has already seen', () => {
    fc.assert(
      fc.property(job, messages, (fields, later) => {
        const before = fields.messages.filter((sent) => sent.role === 'tool' || !isSilent(sent))
        const first = turnOf({ ...fields, messages: before })
        if (!first || before.at(-1)?.role === 'assistant') return
        const answer: SentMessage = { role: 'assistant', content: 'The answer.' }
        const next: SentMessage = { role: 'user', content: 'And then?' }
        const second = turnOf({ ...fields, messages: [...before, answer, ...later, next] })
        const seen = conversationOf(first)
        expect(second?.history.slice(0, seen.length)).toEqual(seen)
        expect(second?.system).toBe(first.system)
      }),
    )
  })

  it('changes nothing of the job', () => {
    fc.assert(
      fc.property(job, (fields) => {
        const sent = sentJob(fields)
        const copy = structuredClone(sent)
        try {
          planTurn(sent, context)
        } catch {
          // Refused jobs are left alone as well.
        }
        expect(sent).toEqual(copy)
      }),
    )
  })
})
