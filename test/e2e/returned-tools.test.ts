import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { claudeProgram } from '../support/claude-program.ts'
import { openHouse } from '../support/house.ts'
import { assistantCalls, call, modelCalls, text, tool, toolResult, user } from '../support/job-parts.ts'
import { conversationOf, toolsOf } from '../support/model-request.ts'

const cities = ['Oslo', 'Bergen', 'Tromsø', 'Bodø', 'Molde']

describe.skipIf(claudeProgram() === undefined)('tools that the caller runs', () => {
  let house: Awaited<ReturnType<typeof openHouse>>
  beforeAll(async () => {
    house = await openHouse()
  })
  afterEach(() => house.model.reset())
  afterAll(() => house[Symbol.asyncDispose]())

  it('are offered as they are, and a call of one ends the job', async () => {
    house.model.script({ blocks: [text('Let me look.'), modelCalls('toolu_1', 'weather', { city: 'Oslo' })] })
    const job = house.router.submit({ job_id: 'call', messages: [user('Weather?')], tools: [tool('weather')] })
    await job.done
    expect(house.model.requests.length).toBe(1)
    expect(toolsOf(house.model.requests[0]?.body ?? {})).toEqual([
      {
        name: 'mcp__auxot__weather',
        description: 'does weather',
        input_schema: expect.objectContaining({ type: 'object', properties: { city: { type: 'string' } } }),
      },
    ])
    expect(job.messages).toEqual([
      { type: 'token', job_id: 'call', token: 'Let' },
      { type: 'token', job_id: 'call', token: ' me' },
      { type: 'token', job_id: 'call', token: ' look.' },
      { type: 'tool_generating', job_id: 'call' },
      expect.objectContaining({
        type: 'complete',
        full_response: 'Let me look.',
        tool_calls: [call('toolu_1', 'weather', { city: 'Oslo' })],
        input_tokens: expect.any(Number),
      }),
    ])
    expect(job.messages.at(-1)).not.toHaveProperty('builtin_tool_uses')
    expect(house.router.complaints).toEqual([])
  })

  it('are called five at a time, none lost, and go on with the results of all', async () => {
    const calls = cities.map((city, n) => ({ id: `toolu_p${n}`, name: n % 2 ? 'weather' : 'now', input: { city } }))
    const tools = [tool('weather'), tool('now')]
    const question = user('Everywhere?')
    const said = calls.map(({ id, name, input }) => modelCalls(id, name, input))
    house.model.script({ blocks: said }, { blocks: [text('Sun everywhere.')] })
    const first = house.router.submit({ messages: [question], tools })
    const returned = calls.map(({ id, name, input }) => call(id, name, input))
    expect(await first.done).toMatchObject({
      kind: 'complete',
      message: { full_response: '', tool_calls: returned },
    })
    expect(house.model.requests.length).toBe(1)

    const results = calls.map(({ id, input }) => toolResult(id, `sun in ${input.city}`))
    const second = house.router.submit({
      messages: [question, assistantCalls('', ...returned), ...results.toReversed()],
      tools,
    })
    expect(await second.done).toMatchObject({
      kind: 'complete',
      message: { full_response: 'Sun everywhere.' },
    })
    expect(house.model.requests.length).toBe(2)
    expect(conversationOf(house.model.requests[1]?.body ?? { messages: [] })).toMatchObject([
      { role: 'user', content: [text('Everywhere?')] },
      { role: 'assistant', content: said },
      {
        role: 'user',
        content: calls.map(({ id, input: { city } }) => {
          return { type: 'tool_result', tool_use_id: id, content: [text(`sun in ${city}`)] }
        }),
      },
    ])
  })

  it('are called again in the next round', async () => {
    const tools = [tool('weather')]
    house.model.script(
      { blocks: [modelCalls('toolu_r1', 'weather', { city: 'Oslo' })] },
      { blocks: [text('One more.'), modelCalls('toolu_r2', 'weather', { city: 'Bergen' })] },
      { blocks: [text('Sun and rain.')] },
    )
    const messages = [user('Both?')]
    const rounds = [
      [assistantCalls('', call('toolu_r1', 'weather', { city: 'Oslo' })), toolResult('toolu_r1', 'sun')],
      [assistantCalls('One more.', call('toolu_r2', 'weather', { city: 'Bergen' })), toolResult('toolu_r2', 'rain')],
      [],
    ]
    const answers = []
    for (const round of rounds) {
      const { message } = (await house.router.submit({ messages: [...messages], tools }).done) as { message?: object }
      answers.push(message)
      messages.push(...(round as typeof messages))
    }
    expect(answers).toMatchObject([
      { full_response: '', tool_calls: [{ id: 'toolu_r1' }] },
      { full_response: 'One more.', tool_calls: [{ id: 'toolu_r2' }] },
      { full_response: 'Sun and rain.' },
    ])
    expect(house.model.requests.length).toBe(3)
    const sides = conversationOf(house.model.requests[2]?.body ?? { messages: [] })
    expect(sides.map(({ role, content }) => [role, content.map(({ type }) => type)])).toEqual([
      ['user', ['text']],
      ['assistant', ['tool_use']],
      ['user', ['tool_result']],
      ['assistant', ['text', 'tool_use']],
      ['user', ['tool_result']],
    ])
  })

  it('keep the names that the caller gave them', async () => {
    const names = ['Bash', 'mcp__other__x', 'wetter für alle', 'n'.repeat(120)]
    house.model.script(({ body }) => ({
      blocks: toolsOf(body).map(({ name }, n) => ({ type: 'tool_use', id: `toolu_n${n}`, name, input: {} })),
    }))
    const job = house.router.submit({ messages: [user('all')], tools: names.map(tool) })
    const end = await job.done
    const returned = end.kind === 'complete' ? (end.message.tool_calls ?? []) : []
    expect(returned.map(({ function: { name } }) => name).sort()).toEqual(names.toSorted())
  })

  it('with a schema that would make Claude Code drop them all are refused by name', async () => {
    const bad = { type: 'function', function: { name: 'broken', parameters: { type: 'array' } } }
    const job = house.router.submit({ messages: [user('hi')], tools: [tool('fine'), bad] })
    expect(await job.done).toMatchObject({ kind: 'error', message: { error: expect.stringContaining('"broken"') } })
    expect(house.model.requests).toEqual([])
  })
})
