import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { MessagesBody } from '../../../src/dev/echo/messages-body.ts'
import { claudeProgram } from '../../support/claude-program.ts'
import { type House, openHouse } from '../../support/house.ts'
import { whatCounts } from '../../worker/claude/kept/same-as-replayed.ts'
import { agentModel, callerOf } from './agent-model.ts'
import { anthropicAgent, openaiAgent } from './agents.ts'
import { missesOf } from './misses.ts'

const rounds = 20

describe.skipIf(claudeProgram() === undefined)('agents that run tools in many rounds', { timeout: 60_000 }, () => {
  /** Where every request is a replay. */
  let plain: House
  beforeAll(async () => {
    plain = await openHouse({ worker: { claude: { kept: 0, warm: 0 } } })
  })
  afterEach(() => plain.model.reset())
  afterAll(() => plain[Symbol.asyncDispose]())

  async function run(
    makeAgent: typeof openaiAgent,
    options: { callers: string[]; concurrency: number; rounds: number },
  ) {
    await using house = await openHouse({ worker: { claude: { kept: 2, warm: 0 }, concurrency: options.concurrency } })
    house.model.always(agentModel(options.rounds))
    const agents = options.callers.map((caller) => makeAgent(house.router, caller))
    const words = await Promise.all(agents.map((agent) => agent.run()))
    expect(words).toEqual(options.callers.map((caller) => `${caller} is done.`))
    const transcripts = options.callers.map((caller) =>
      house.model.requests.filter((request) => callerOf(request) === caller).map(({ body }) => whatCounts(body)),
    )
    return { agents, transcripts, misses: missesOf(house.worker) }
  }

  /** What the model is asked for the last request of an agent where nothing is kept. */
  async function replayed(agent: ReturnType<typeof openaiAgent>): Promise<MessagesBody> {
    plain.model.script({ blocks: [{ type: 'text', text: 'Done.' }] })
    const before = plain.model.requests.length
    await agent.repeat(plain.router)
    expect(plain.model.requests.length).toBe(before + 1)
    return whatCounts(plain.model.requests[before]?.body as MessagesBody)
  }

  it.each([
    ['openai', openaiAgent, 1],
    ['@anthropic-ai/sdk', anthropicAgent, 2],
  ])(
    'with %s: two of them at once go on in their two processes to the end',
    async (_client, makeAgent, concurrency) => {
      const { agents, transcripts, misses } = await run(makeAgent, { callers: ['Ann', 'Bob'], concurrency, rounds })
      expect(misses).toHaveLength(2)
      for (const [n, bodies] of transcripts.entries()) {
        expect(bodies).toHaveLength(rounds + 1)
        const last = bodies.at(-1)?.messages ?? []
        // Each request is the one before, and what is new: so the last one speaks for all.
        for (const { messages } of bodies) expect(last.slice(0, messages.length)).toEqual(messages)
        const others = JSON.stringify(last).includes(n === 0 ? 'Bob' : 'Ann')
        expect(others).toBe(false)
        expect(bodies.at(-1)).toEqual(await replayed(agents[n] as ReturnType<typeof openaiAgent>))
      }
    },
  )

  it('that are one too many for the processes are told again what they said, and notice nothing', async () => {
    const { agents, transcripts, misses } = await run(openaiAgent, {
      callers: ['Ann', 'Bob', 'Cyd'],
      concurrency: 1,
      rounds: 2,
    })
    expect(misses.filter((reason) => reason === 'evicted').length).toBeGreaterThan(0)
    expect(transcripts.map((bodies) => bodies.length)).toEqual([3, 3, 3])
    const [first, last] = [transcripts[0]?.at(-1), transcripts[2]?.at(-1)]
    expect(JSON.stringify(last)).not.toMatch(/Ann|Bob/)
    expect(first).toEqual(await replayed(agents[0] as ReturnType<typeof openaiAgent>))
  })
})
