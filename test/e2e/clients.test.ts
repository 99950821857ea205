import Anthropic from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import OpenAI from 'openai'
import type { RunnableToolFunctionWithParse } from 'openai/lib/RunnableFunction'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { apiErrors, Gate } from '../../src/dev/echo-model.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { openHouse } from '../support/house.ts'
import { modelCalls, text } from '../support/job-parts.ts'
import { conversationOf, systemOf } from '../support/model-request.ts'
import { tinyPng } from '../support/tiny-png.ts'

const model = 'claude-sonnet-4-6'
const cityOnly = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } as const
const weather: Readonly<Record<string, string>> = { Oslo: 'sun', Bergen: 'rain' }
const thinks = { blocks: [{ type: 'thinking', text: 'let me think' }, text('So it is.')] } as const

/** Two tools at once, then one more, then the answer. */
const rounds = [
  {
    blocks: [
      text('Let me look.'),
      modelCalls('toolu_1', 'weather', { city: 'Oslo' }),
      modelCalls('toolu_2', 'weather', { city: 'Bergen' }),
    ],
  },
  { blocks: [modelCalls('toolu_3', 'weather', { city: 'Atlantis' })] },
  { blocks: [text('Sun in Oslo, rain in Bergen.')] },
]

describe.skipIf(claudeProgram() === undefined)('with one and the same worker', () => {
  let house: Awaited<ReturnType<typeof openHouse>>
  let openai: OpenAI
  let anthropic: Anthropic
  const called: string[] = []
  const lookUp = ({ city }: { city: string }) => {
    called.push(city)
    return weather[city] ?? `there is no ${city}`
  }
  /** What the model was told by the tools, in the order of its requests. */
  const toolResults = () => {
    const blocks = conversationOf(house.model.requests.at(-1)?.body ?? { messages: [] }).flatMap(
      ({ content }) => content,
    )
    return blocks.flatMap((block) => (block.type === 'tool_result' ? [[block.tool_use_id, block.content]] : []))
  }
  const allResults = [
    ['toolu_1', [text('sun')]],
    ['toolu_2', [text('rain')]],
    ['toolu_3', [text('there is no Atlantis')]],
  ]

  beforeAll(async () => {
    house = await openHouse({ dialect: 'coordinator' })
    const { httpUrl, callerKey: apiKey } = house.router
    openai = new OpenAI({ baseURL: `${httpUrl}/api/openai`, apiKey, maxRetries: 0 })
    anthropic = new Anthropic({ baseURL: `${httpUrl}/api/anthropic`, apiKey, maxRetries: 0 })
  })
  afterEach(() => {
    house.model.reset()
    called.length = 0
  })
  afterAll(() => house[Symbol.asyncDispose]())

  describe('the official openai client', () => {
    const messages = [
      { role: 'system', content: 'You are terse.' },
      { role: 'user', content: 'Hello' },
    ] as const satisfies OpenAI.ChatCompletionMessageParam[]
    const weatherTool: RunnableToolFunctionWithParse<{ city: string }> = {
      type: 'function',
      function: {
        name: 'weather',
        description: 'Tells it',
        parameters: { ...cityOnly, required: ['city'] },
        parse: JSON.parse,
        function: lookUp,
      },
    }

    it('gets an answer with its usage', async () => {
      const answer = await openai.chat.completions.create({ model, messages })
      expect(answer.choices).toEqual([
        {
          index: 0,
          message: { role: 'assistant', content: 'Echo: Hello', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ])
      expect(answer.usage).toMatchObject({ completion_tokens: 2, prompt_tokens: expect.any(Number) })
      expect(answer.usage?.prompt_tokens).toBeGreaterThan(0)
      expect(house.model.requests[0]?.body.model).toBe(model)
      expect(systemOf(house.model.requests[0]?.body ?? {})).toEqual(['You are terse.'])
    })

    it('gets each token when the model says it, and reasoning apart', async () => {
      const gate = new Gate()
      house.model.script({ ...thinks, gate })
      const stream = await openai.chat.completions.create({ model, messages, stream: true, reasoning_effort: 'high' })
      const deltas: object[] = []
      gate.release()
      for await (const { choices } of stream) {
        const delta = choices[0]?.delta ?? {}
        if ('content' in delta || 'reasoning_content' in delta) {
          deltas.push(delta)
          gate.release()
        }
      }
      const said = deltas.map((delta) => ({ ...delta, role: undefined }))
      expect(said.filter((delta) => !('content' in delta && delta.content === ''))).toEqual([
        ...['let', ' me', ' think'].map((reasoning_content) => ({ reasoning_content })),
        ...['So', ' it', ' is.'].map((content) => ({ content })),
      ])
      expect(house.model.requests[0]?.body).toMatchObject({ output_config: { effort: 'high' } })
    })

    it.each([false, true])('runs its tools round after round until the answer, streaming: %s', async (stream) => {
      house.model.script(...rounds)
      const body = { model, messages: [...messages], tools: [weatherTool] }
      const runner = stream
        ? openai.chat.completions.runTools({ ...body, stream: true })
        : openai.chat.completions.runTools({ ...body, stream: false })
      expect(await runner.finalContent()).toBe('Sun in Oslo, rain in Bergen.')
      expect(called).toEqual(['Oslo', 'Bergen', 'Atlantis'])
      expect(house.model.requests.length).toBe(3)
      expect(toolResults()).toEqual(allResults)
    })

    it('shows the model an image', async () => {
      const url = `data:image/png;base64,${tinyPng}`
      const content = [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url } },
      ] satisfies OpenAI.ChatCompletionContentPart[]
      const answer = await openai.chat.completions.create({ model, messages: [{ role: 'user', content }] })
      expect(answer.choices[0]?.message.content).toBe('Echo: What is this?\n[image]')
      expect(conversationOf(house.model.requests[0]?.body ?? { messages: [] })[0]?.content).toEqual([
        text('What is this?'),
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: tinyPng } },
      ])
    })

    it('throws what the model service refused, in its words', async () => {
      house.model.script(apiErrors.promptTooLong())
      const answer = openai.chat.completions.create({ model, messages })
      await expect(answer).rejects.toThrow(OpenAI.InternalServerError)
      await expect(answer).rejects.toThrow('500 the conversation is too long for the model: Prompt is too long')
    })

    it('throws in the middle of a stream that breaks off', async () => {
      const gate = new Gate()
      house.model.script({ blocks: [text('half')], interrupted: { after: 'chunks', by: 'cut' }, gate })
      const stream = await openai.chat.completions.create({ model, messages, stream: true })
      const said: string[] = []
      const read = async () => {
        gate.release()
        for await (const { choices } of stream) {
          said.push(choices[0]?.delta.content ?? '')
          if (said.join('') === 'half') gate.open()
        }
      }
      await expect(read()).rejects.toThrow('the model service failed')
      expect(said.join('')).toBe('half')
    })

    it('that leaves takes the model along', async () => {
      const gate = new Gate()
      house.model.script({ blocks: [text('one two three')], gate })
      const stream = await openai.chat.completions.create({ model, messages, stream: true })
      gate.release()
      for await (const { choices } of stream) if (choices[0]?.delta.content) break
      expect(await house.model.requests[0]?.ended).toBe('client')
      expect(await house.worker.next('job_finished', ({ outcome }) => outcome === 'cancelled')).toBeDefined()
    })
  })

  describe('the official Anthropic client', () => {
    const question = { model, max_tokens: 1_000, messages: [{ role: 'user', content: 'Hello' }] } as const
    const tools = [betaTool({ name: 'weather', description: 'Tells it', inputSchema: cityOnly, run: lookUp })]

    it('gets an answer with its usage', async () => {
      const answer = await anthropic.messages.create({
        ...question,
        messages: [...question.messages],
        system: 'Be terse.',
      })
      expect(answer).toMatchObject({
        role: 'assistant',
        model,
        content: [{ type: 'text', text: 'Echo: Hello' }],
        stop_reason: 'end_turn',
        usage: { output_tokens: 2 },
      })
      expect(systemOf(house.model.requests[0]?.body ?? {})).toEqual(['Be terse.'])
      expect(house.model.requests[0]?.body.max_tokens).toBe(1_000)
    })

    it('gets each token when the model says it, and thoughts apart', async () => {
      const gate = new Gate()
      house.model.script({ ...thinks, gate })
      const stream = anthropic.messages.stream({ ...question, messages: [...question.messages] })
      const said: string[] = []
      const goOn = (kind: string) => (delta: string) => {
        said.push(`${kind}:${delta}`)
        gate.release()
      }
      stream.on('thinking', goOn('thought')).on('text', goOn('text'))
      gate.release()
      const { content } = await stream.finalMessage()
      expect(said).toEqual(['thought:let', 'thought: me', 'thought: think', 'text:So', 'text: it', 'text: is.'])
      expect(content).toMatchObject([
        { type: 'thinking', thinking: 'let me think' },
        { type: 'text', text: 'So it is.' },
      ])
    })

    it.each([false, true])('runs its tools round after round until the answer, streaming: %s', async (stream) => {
      house.model.script(...rounds)
      // The conversation is ours to keep: this service keeps none.
      const body = { ...question, messages: [...question.messages], tools, thread: false as const }
      const runner = anthropic.beta.messages.toolRunner(stream ? { ...body, stream: true } : body)
      const { content } = await runner.runUntilDone()
      expect(content).toMatchObject([{ type: 'text', text: 'Sun in Oslo, rain in Bergen.' }])
      expect(called).toEqual(['Oslo', 'Bergen', 'Atlantis'])
      expect(house.model.requests.length).toBe(3)
      expect(toolResults()).toEqual(allResults)
    })

    it('shows the model an image', async () => {
      const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: tinyPng } } as const
      const answer = await anthropic.messages.create({
        ...question,
        messages: [{ role: 'user', content: [text('What is this?'), image] }],
      })
      expect(answer.content).toMatchObject([{ type: 'text', text: 'Echo: What is this?\n[image]' }])
      expect(conversationOf(house.model.requests[0]?.body ?? { messages: [] })[0]?.content).toEqual([
        text('What is this?'),
        image,
      ])
    })

    it('throws what the worker cannot show the model, in words', async () => {
      const content = [{ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }] as const
      const answer = anthropic.messages.create({ ...question, messages: [{ role: 'user', content: [...content] }] })
      await expect(answer).rejects.toThrow(Anthropic.APIError)
      await expect(answer).rejects.toThrow(/content parts of type .{0,2}document.{0,2} are not supported/)
      expect(house.model.requests).toEqual([])
    })

    it('throws in the middle of a stream that breaks off', async () => {
      const gate = new Gate()
      house.model.script({ blocks: [text('half')], interrupted: { after: 'chunks', by: 'cut' }, gate })
      const stream = anthropic.messages.stream({ ...question, messages: [...question.messages] })
      const said: string[] = []
      stream.on('text', (delta) => {
        said.push(delta)
        gate.open()
      })
      gate.release()
      await expect(stream.finalMessage()).rejects.toThrow('the model service failed')
      expect(said).toEqual(['half'])
    })
  })
})
