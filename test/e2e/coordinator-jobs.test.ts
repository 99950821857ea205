import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../../src/dev/echo-model.ts'
import type { LiveToolCall, LiveToolRunner } from '../../src/dev/routing/live-tools.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { openHouse } from '../support/house.ts'
import { call, modelCalls, text, tool, user } from '../support/job-parts.ts'
import { conversationOf, toolsOf } from '../support/model-request.ts'
import { tinyPng } from '../support/tiny-png.ts'
import { WatchedProgram } from '../support/watched-program.ts'

describe.skipIf(claudeProgram() === undefined)("a coordinator's job", () => {
  let house: Awaited<ReturnType<typeof openHouse>>
  const liveCalls: LiveToolCall[] = []
  let answerLive: LiveToolRunner = () => ({ result: 'sun' })
  beforeAll(async () => {
    house = await openHouse({
      dialect: 'coordinator',
      worker: { builtinTools: ['Bash', 'Read', 'Grep'] },
      router: {
        policy: { model_name: 'claude-opus-4-6', builtin_tools: ['Bash', 'Read', 'Write'] },
        onToolCall: (live) => {
          liveCalls.push(live)
          return answerLive(live)
        },
      },
    })
  })
  afterEach(() => {
    house.model.reset()
    liveCalls.length = 0
    answerLive = () => ({ result: 'sun' })
  })
  afterAll(() => house[Symbol.asyncDispose]())

  it('has its tools run through the router while it goes on, and reports them apart from its own words', async () => {
    const inputs = { toolu_1: { city: 'Oslo' }, toolu_2: { city: 'Atlantis' }, toolu_3: { city: 'Bergen' } }
    const ids = ['toolu_1', 'toolu_2', 'toolu_3'] as const
    answerLive = ({ call_id }) => {
      if (call_id === 'toolu_1') return { result: 'sun' }
      if (call_id === 'toolu_2') return { result: 'no such city', is_error: true }
      return { result: 'rain', image_parts: [{ mime_type: 'image/png', data: tinyPng }] }
    }
    house.model.script(
      { blocks: [text('Looking.'), ...ids.map((id) => modelCalls(id, 'weather', inputs[id]))] },
      { blocks: [text('Sun in Oslo.')] },
    )
    const job = house.router.submit({
      job_id: 'live',
      messages: [user('Weather?')],
      tools: [tool('weather')],
      reference_id: 'conversation-1',
    })
    expect(await job.done).toMatchObject({ kind: 'complete' })
    const requests = ids.map((id) => {
      return { job_id: 'live', call_id: id, tool_name: 'weather', arguments: JSON.stringify(inputs[id]) }
    })
    expect(liveCalls).toEqual(requests)
    const uses = requests.map(({ call_id: id, tool_name: name, arguments: input }) => ({ id, name, arguments: input }))
    expect(job.messages).toEqual([
      { type: 'token', job_id: 'live', token: 'Looking.' },
      { type: 'tool_generating', job_id: 'live' },
      ...requests.map((request) => ({ type: 'job.tool.call.request', ...request })),
      { type: 'token', job_id: 'live', token: 'Sun' },
      { type: 'token', job_id: 'live', token: ' in' },
      { type: 'token', job_id: 'live', token: ' Oslo.' },
      expect.objectContaining({
        type: 'complete',
        full_response: 'Looking.',
        post_tool_content: 'Sun in Oslo.',
        builtin_tool_uses: [
          { ...uses[0], result: 'sun' },
          { ...uses[1], result: 'no such city' },
          { ...uses[2], result: expect.stringContaining('rain') },
        ],
      }),
    ])
    expect(job.messages.at(-1)).not.toHaveProperty('tool_calls')
    expect(house.model.requests.length).toBe(2)
    const results = conversationOf(house.model.requests[1]?.body ?? { messages: [] }).at(-1)?.content ?? []
    expect(results.toSorted((a, b) => String(a.tool_use_id).localeCompare(String(b.tool_use_id)))).toEqual([
      { type: 'tool_result', tool_use_id: 'toolu_1', content: [text('sun')] },
      { type: 'tool_result', tool_use_id: 'toolu_2', is_error: true, content: 'no such city' },
      {
        type: 'tool_result',
        tool_use_id: 'toolu_3',
        content: [text('rain'), { type: 'image', source: { type: 'base64', media_type: 'image/png', data: tinyPng } }],
      },
    ])
  })

  it('ends with the calls of the tools that its caller runs', async () => {
    house.model.script({ blocks: [modelCalls('toolu_3', 'ask_user', { city: 'Oslo' })] })
    const job = house.router.submit({
      messages: [user('Weather?')],
      tools: [tool('weather'), tool('ask_user')],
      caller_tools: ['ask_user'],
    })
    expect(await job.done).toMatchObject({
      kind: 'complete',
      message: { full_response: '', tool_calls: [call('toolu_3', 'ask_user', { city: 'Oslo' })] },
    })
    expect(liveCalls).toEqual([])
    expect(house.model.requests.length).toBe(1)
  })

  it("that calls both kinds at once ends with the caller's calls once the live ones are done", async () => {
    house.model.script({
      blocks: [text('Both.'), modelCalls('toolu_4', 'weather'), modelCalls('toolu_5', 'ask_user')],
    })
    const job = house.router.submit({
      messages: [user('Weather?')],
      tools: [tool('weather'), tool('ask_user')],
      caller_tools: ['ask_user'],
    })
    expect(await job.done).toMatchObject({
      kind: 'complete',
      message: {
        full_response: 'Both.',
        tool_calls: [call('toolu_5', 'ask_user')],
        builtin_tool_uses: [{ id: 'toolu_4', name: 'weather', result: 'sun' }],
      },
    })
    expect(liveCalls.map(({ call_id }) => call_id)).toEqual(['toolu_4'])
    expect(house.model.requests.length).toBe(1)
  })

  it('may use the built-in tools that both the worker and the policy allow, with its credentials in their environment', async () => {
    const command = 'echo "key $SERVICE_KEY"; env | grep -c AUXOT_'
    house.model.script(
      { blocks: [{ type: 'tool_use', id: 'toolu_6', name: 'Bash', input: { command } }] },
      { blocks: [text('Done.')] },
    )
    const job = house.router.submit({
      job_id: 'builtin',
      messages: [user('Run it.')],
      credentials: { SERVICE_KEY: 'canary-4711' },
      reference_id: 'conversation-2',
    })
    await job.done
    expect(toolsOf(house.model.requests[0]?.body ?? {}).map(({ name }) => name)).toEqual(['Bash', 'Read'])
    const told = { job_id: 'builtin', id: 'toolu_6', name: 'Bash', arguments: JSON.stringify({ command }) }
    const result = 'key canary-4711\n0'
    expect(job.messages).toEqual([
      { type: 'tool_generating', job_id: 'builtin' },
      { type: 'builtin_tool', ...told, result: '' },
      { type: 'builtin_tool', ...told, result },
      { type: 'token', job_id: 'builtin', token: 'Done.' },
      expect.objectContaining({
        type: 'complete',
        full_response: '',
        post_tool_content: 'Done.',
        builtin_tool_uses: [{ id: 'toolu_6', name: 'Bash', arguments: told.arguments, result }],
      }),
    ])
  })

  it('with a tool named like a built-in one gets its own', async () => {
    house.model.script({ blocks: [modelCalls('toolu_7', 'Bash')] }, { blocks: [text('ok')] })
    const job = house.router.submit({ messages: [user('hi')], tools: [tool('Bash')], reference_id: 'conversation-3' })
    expect(await job.done).toMatchObject({ kind: 'complete' })
    expect(toolsOf(house.model.requests[0]?.body ?? {}).map(({ name }) => name)).toEqual(['Read', 'mcp__auxot__Bash'])
    expect(liveCalls.map(({ tool_name }) => tool_name)).toEqual(['Bash'])
  })

  it('names its model, else the policy does, and a new policy holds from the next job on', async () => {
    await house.ask('a', { model: 'claude-haiku-4-5' }).done
    const gate = new Gate()
    house.model.script({ blocks: [text('Under the old policy.')], gate })
    const during = house.ask('b')
    await gate.reached()
    house.router.updatePolicy({ model_name: '', builtin_tools: ['Read'] })
    gate.open()
    expect(await during.done).toMatchObject({ kind: 'complete' })
    await house.ask('c').done
    expect(house.model.requests.map(({ body }) => [body.model, toolsOf(body).map(({ name }) => name)])).toEqual([
      ['claude-haiku-4-5', ['Bash', 'Read']],
      ['claude-opus-4-6', ['Bash', 'Read']],
      ['claude-sonnet-4-6', ['Read']],
    ])
    house.router.updatePolicy({ model_name: 'claude-opus-4-6', builtin_tools: ['Bash', 'Read', 'Write'] })
  })

  it('that is cancelled brings what there was, and the model is left alone', async () => {
    const gate = new Gate()
    house.model.script({ blocks: [text('one two three')], gate })
    const job = house.ask('count')
    gate.release(2)
    await house.router.next('token', ({ token }) => token === ' two')
    house.router.cancel(job.jobId)
    expect(await job.done).toMatchObject({ kind: 'cancelled', message: { type: 'complete', full_response: 'one two' } })
    expect(await house.model.requests[0]?.ended).toBe('client')
    expect(await house.worker.next('job_finished', ({ jobId }) => jobId === job.jobId)).toMatchObject({
      outcome: 'cancelled',
    })
  })

  it('that is cancelled while a program of its runs leaves nothing of the program', async () => {
    await using program = await WatchedProgram.open()
    house.model.script({
      blocks: [{ type: 'tool_use', id: 'toolu_8', name: 'Bash', input: { command: program.command() } }],
    })
    const job = house.ask('run for ever')
    await program.begun()
    house.router.cancel(job.jobId)
    await job.done
    await program.gone()
  })

  it('that is cancelled before anything was said ends without another word', async () => {
    house.model.script({ connection: 'silent' })
    const job = house.ask('hm')
    const request = await house.model.nextRequest()
    house.router.cancel(job.jobId)
    expect(await job.done).toEqual({ kind: 'cancelled' })
    expect(await request.ended).toBe('client')
    await house.worker.next('job_finished', ({ jobId }) => jobId === job.jobId)
    expect(job.messages).toEqual([])
  })
})
