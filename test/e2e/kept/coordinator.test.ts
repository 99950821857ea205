import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { JobToSubmit } from '../../../src/dev/dev-router.ts'
import { claudeProgram } from '../../support/claude-program.ts'
import { openHouse } from '../../support/house.ts'
import { assistant, assistantCalls, call, modelCalls, text, tool, toolResult, user } from '../../support/job-parts.ts'
import { conversationOf, type PlainMessage } from '../../support/model-request.ts'
import { missesOf } from './misses.ts'

const tools = [tool('weather'), tool('ask_user')]
const weatherAndQuestion = (id: string) => ({
  blocks: [text('Both.'), modelCalls(`${id}_live`, 'weather'), modelCalls(`${id}_asked`, 'ask_user')],
})
const done = { blocks: [text('Done.')] }

describe.skipIf(claudeProgram() === undefined)("a coordinator's conversation", () => {
  let house: Awaited<ReturnType<typeof openHouse>>
  beforeAll(async () => {
    house = await openHouse({
      dialect: 'coordinator',
      worker: { builtinTools: ['Bash'], claude: { kept: 3 } },
      router: {
        policy: { model_name: 'claude-opus-4-6', builtin_tools: ['Bash'] },
        onToolCall: () => ({ result: 'sun' }),
      },
    })
  })
  afterEach(() => house.model.reset())
  afterAll(() => house[Symbol.asyncDispose]())

  /** Runs a job to its end. Why it did not go on where it was, if so, and what came of it. */
  async function run(job: JobToSubmit) {
    const before = missesOf(house.worker).length
    const end = await house.router.submit({ tools, caller_tools: ['ask_user'], ...job }).done
    if (end.kind !== 'complete') throw new Error(`the job ended with ${JSON.stringify(end)}`)
    return { missed: missesOf(house.worker)[before], complete: end.message }
  }

  function lastTold(): PlainMessage[] {
    return conversationOf(house.model.requests.at(-1)?.body ?? { messages: [] })
  }

  /** A job whose Bash tool shows a variable of its environment; what it printed. */
  async function printed(id: string, job: JobToSubmit) {
    const command = 'echo "key:$SERVICE_KEY"'
    house.model.script({ blocks: [{ type: 'tool_use', id, name: 'Bash', input: { command } }] }, done)
    const { missed, complete } = await run({ tools: [], ...job })
    return { missed, printed: complete.builtin_tool_uses?.[0]?.result }
  }

  it('goes on with the results of its caller behind those of live tools, which no history shows', async () => {
    house.model.script(weatherAndQuestion('a'), done)
    const first = user('Weather?')
    const { complete } = await run({ messages: [first], reference_id: 'a' })
    expect(complete).toMatchObject({ full_response: 'Both.', tool_calls: [call('a_asked', 'ask_user')] })
    const answered = [assistantCalls('Both.', call('a_asked', 'ask_user')), toolResult('a_asked', 'yes')]
    const next = await run({ messages: [first, ...answered], reference_id: 'a' })
    expect([next.missed, next.complete.full_response]).toEqual([undefined, 'Done.'])
    // With Bash among the tools, Claude Code puts a word of its own before the first question.
    expect(lastTold().slice(1)).toMatchObject([
      { role: 'assistant', content: [text('Both.'), { id: 'a_live' }, { id: 'a_asked' }] },
      {
        role: 'user',
        content: expect.arrayContaining([
          expect.objectContaining({ tool_use_id: 'a_live', content: [text('sun')] }),
          expect.objectContaining({ tool_use_id: 'a_asked', content: [text('yes')] }),
        ]),
      },
    ])
    const third = await run({ messages: [first, ...answered, assistant('Done.'), user('Thanks.')], reference_id: 'a' })
    expect(third.missed).toBeUndefined()
  })

  it.each([undefined, 'somebody else'])('that hides its live tools is not entered by %s', async (reference_id) => {
    const id = reference_id === undefined ? 'b' : 'c'
    house.model.script(weatherAndQuestion(id), done)
    const first = user(`Weather of ${id}?`)
    await run({ messages: [first], reference_id: id })
    const answered = [assistantCalls('Both.', call(`${id}_asked`, 'ask_user')), toolResult(`${id}_asked`, 'yes')]
    const next = await run({ messages: [first, ...answered], ...(reference_id && { reference_id }) })
    expect(next.missed).toBe('history')
    expect(JSON.stringify(lastTold())).not.toMatch(/sun|_live/)
  })

  it('that shows its live tools goes on with or without a name', async () => {
    house.model.script({ blocks: [text('Wait.'), modelCalls('d_live', 'weather', { city: 'Oslo' })] }, done)
    const first = user('Weather of d?')
    await run({ messages: [first], reference_id: 'd' })
    const shown = [assistantCalls('Wait.', call('d_live', 'weather', { city: 'Oslo' })), toolResult('d_live', 'sun')]
    const messages = [first, ...shown, assistant('Done.'), user('And?')]
    const next = await run({ messages })
    expect([next.missed, next.complete.full_response]).toEqual([undefined, 'Echo: And?'])
    expect(lastTold().slice(1)).toEqual([
      { role: 'assistant', content: [text('Wait.'), modelCalls('d_live', 'weather', { city: 'Oslo' })] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'd_live', content: [text('sun')] }] },
      { role: 'assistant', content: [text('Done.')] },
      { role: 'user', content: [text('And?')] },
    ])
    const third = await run({ messages: [...messages, assistant('Echo: And?'), user('And now?')] })
    expect(third.missed).toBeUndefined()
  })

  it("never sees another job's credentials, nor keeps a process that saw some", async () => {
    const secret = { SERVICE_KEY: 'canary-4711' }
    const messages = [user('Print e.')]
    expect(await printed('e_1', { messages, reference_id: 'e' })).toMatchObject({ printed: 'key:' })
    const second = [...messages, assistant('Done.'), user('Print again.')]
    const withSecret = await printed('e_2', { messages: second, reference_id: 'e', credentials: secret })
    expect(withSecret).toEqual({ missed: undefined, printed: 'key:canary-4711' })
    const third = [...second, assistant('Done.'), user('And again.')]
    expect(await printed('e_3', { messages: third, reference_id: 'e' })).toEqual({ missed: 'retired', printed: 'key:' })
  })

  it('is retold when the policy allows other tools', async () => {
    const messages = [user('Tools of f?')]
    house.model.script(done, done)
    await run({ messages, reference_id: 'f' })
    house.router.updatePolicy({ model_name: 'claude-opus-4-6', builtin_tools: [] })
    const next = await run({ messages: [...messages, assistant('Done.'), user('And?')], reference_id: 'f' })
    expect(next.missed).toBe('tools')
    house.router.updatePolicy({ model_name: 'claude-opus-4-6', builtin_tools: ['Bash'] })
  })
})
