import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { claudeProgram } from '../../support/claude-program.ts'
import { openHouse } from '../../support/house.ts'
import { conversationOf } from '../../support/model-request.ts'
import { processesBelow } from '../../support/processes-below.ts'
import { anthropicClient, openaiClient } from './agents.ts'
import { missesOf } from './misses.ts'

type OpenaiMessage = OpenAI.ChatCompletionMessageParam

const turns = 20

describe.skipIf(claudeProgram() === undefined)('conversations of the official clients', () => {
  let house: Awaited<ReturnType<typeof openHouse>>
  beforeAll(async () => {
    house = await openHouse({ worker: { concurrency: 2 } })
  })
  afterEach(() => house.model.reset())
  afterAll(() => house[Symbol.asyncDispose]())

  /** Why turns did not go on where they were, since the last look. */
  function missesSince(before: number): string[] {
    return missesOf(house.worker).slice(before)
  }

  /** The texts that the model was shown last, side by side. */
  function lastTold(): string[] {
    const { body } = house.model.requests.at(-1) ?? { body: { messages: [] } }
    return conversationOf(body).map(({ role, content }) => `${role}: ${content.map(({ text }) => text).join(' | ')}`)
  }

  it('with openai, blocking and streamed, as text and as parts, begin once and go on nineteen times', async () => {
    const before = missesOf(house.worker).length
    const { completions } = openaiClient(house.router).chat
    const messages: OpenaiMessage[] = [{ role: 'system', content: 'Be brief.' }]
    for (let turn = 0; turn < turns; turn++) {
      const said = `Question ${turn}?`
      messages.push({ role: 'user', content: turn % 2 === 0 ? said : [{ type: 'text', text: said }] })
      const request = { model: 'sonnet', messages }
      const answer =
        turn % 3 === 0
          ? (await completions.create(request)).choices[0]?.message
          : await completions.stream(request).finalMessage()
      expect(answer?.content).toBe(`Echo: ${said}`)
      if (answer) messages.push(answer)
    }
    expect(missesSince(before)).toHaveLength(1)
    expect(lastTold()).toEqual(
      messages
        .slice(1, -1)
        .map((_, n) => (n % 2 === 0 ? `user: Question ${n / 2}?` : `assistant: Echo: Question ${(n - 1) / 2}?`)),
    )
  })

  it('with @anthropic-ai/sdk, blocking and streamed, as text and as blocks, begin once and go on nineteen times', async () => {
    const before = missesOf(house.worker).length
    const client = anthropicClient(house.router)
    const messages: Anthropic.MessageParam[] = []
    for (let turn = 0; turn < turns; turn++) {
      const said = `Request ${turn}?`
      messages.push({ role: 'user', content: turn % 2 === 0 ? said : [{ type: 'text', text: said }] })
      const request = { model: 'sonnet', max_tokens: 1_000, system: 'Be brief.', messages }
      const { content } =
        turn % 3 === 0 ? await client.messages.create(request) : await client.messages.stream(request).finalMessage()
      expect(content).toMatchObject([{ type: 'text', text: `Echo: ${said}` }])
      messages.push({ role: 'assistant', content })
    }
    expect(missesSince(before)).toHaveLength(1)
    expect(lastTold()).toHaveLength(turns * 2 - 1)
  })

  it('go on where a message comes back in another form than before, if it says the same', async () => {
    const { completions } = openaiClient(house.router).chat
    const first: OpenaiMessage = { role: 'user', content: 'Say it.' }
    const { content } = (await completions.create({ model: 'sonnet', messages: [first] })).choices[0]?.message ?? {}
    const before = missesOf(house.worker).length
    await completions.create({
      model: 'sonnet',
      max_completion_tokens: 77,
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Say it.' }] },
        { role: 'assistant', content: [{ type: 'text', text: content ?? '' }] },
        { role: 'user', content: 'Again.' },
      ],
    })
    expect(missesSince(before)).toEqual([])
    expect(house.model.requests.at(-1)?.body.max_tokens).toBe(77)
  })

  it('of two callers who begin with the same words are never mixed up', async () => {
    const { completions } = openaiClient(house.router).chat
    const start: OpenaiMessage[] = [{ role: 'user', content: 'Hello.' }]
    const talk = (caller: string) => async () => {
      const messages = [...start]
      for (const said of [undefined, `My name is ${caller}.`, 'Who am I?', 'And who else is here?']) {
        if (said !== undefined) messages.push({ role: 'user', content: said })
        const answer = (await completions.create({ model: 'sonnet', messages })).choices[0]?.message
        if (answer) messages.push(answer)
      }
      return messages.filter(({ role }) => role === 'user').map(({ content }) => content)
    }
    const asked = await Promise.all(['Ann', 'Bob'].map((caller) => talk(caller)()))
    expect(asked).toEqual(
      ['Ann', 'Bob'].map((caller) => ['Hello.', `My name is ${caller}.`, 'Who am I?', 'And who else is here?']),
    )
    const seen = house.model.requests.map(({ body }) => JSON.stringify(conversationOf(body)))
    expect(seen).toHaveLength(8)
    expect(seen.filter((text) => text.includes('Ann') && text.includes('Bob'))).toEqual([])
    expect(
      seen
        .filter((text) => text.includes('And who else'))
        .map((text) => /Ann|Bob/.exec(text)?.[0])
        .sort(),
    ).toEqual(['Ann', 'Bob'])
  })

  it('whose process is killed between two turns go on without their callers noticing', async () => {
    const { completions } = openaiClient(house.router).chat
    const messages: OpenaiMessage[] = [{ role: 'user', content: 'Stay.' }]
    const answer = (await completions.create({ model: 'sonnet', messages })).choices[0]?.message
    if (answer) messages.push(answer)
    messages.push({ role: 'user', content: 'Still there?' })
    killProcesses()
    const again = (await completions.create({ model: 'sonnet', messages })).choices[0]?.message
    expect(again?.content).toBe('Echo: Still there?')
    expect(lastTold()).toEqual(['user: Stay.', 'assistant: Echo: Stay.', 'user: Still there?'])
  })

  function killProcesses(): void {
    for (const pid of processesBelow(house.folder)) process.kill(pid, 'SIGKILL')
  }
})
