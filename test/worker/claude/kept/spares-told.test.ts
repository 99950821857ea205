import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { MessagesBody } from '../../../../src/dev/echo/messages-body.ts'
import type { Turn } from '../../../../src/worker/claude/turn.ts'
import { claudeProgram, inventedToken } from '../../../support/claude-program.ts'
import { assistantMessage, offeredTool, turnFrom, userMessage } from '../../../support/turn-from.ts'
import { KeptEngine, type KeptEngineOptions } from './kept-engine.ts'

const fake = fileURLToPath(new URL('../../../fixtures/claude/tells-its-setup.mjs', import.meta.url))

let engine: KeptEngine
afterEach(() => engine[Symbol.asyncDispose]())

async function open(options: KeptEngineOptions = {}): Promise<void> {
  engine = await KeptEngine.open({ kept: 0, warm: 1, ...options })
}

function parked(count: number): Promise<void> {
  return vi.waitFor(() => expect(engine.pool.parked).toBe(count), { timeout: 20_000 })
}

/** Two conversations that begin like the turn, until a spare stands by that was told how the third one will. */
async function foresee(turn: Turn): Promise<MessagesBody | undefined> {
  await parked(1)
  const first = await engine.ask(turn)
  await engine.ask(turn)
  await parked(2)
  return first.bodies[0]
}

describe('a spare that was told a setup in advance', () => {
  const [a, b] = [turnFrom({ system: 'A' }), turnFrom({ system: 'B' })]

  it('is counted as right when it is taken, and as wrong when it goes unused', async () => {
    await open({ program: fake })
    await foresee(a)
    const other = await engine.ask(b)
    expect([other.start, engine.pool.stats.forecasts]).toEqual(['warm', { right: 0, wrong: 0 }])
    await parked(2)
    expect((await engine.ask(a)).start).toBe('warm')
    expect(engine.pool.stats.forecasts).toEqual({ right: 1, wrong: 0 })
    await parked(2)
    for (let n = 0; n < 4; n++) await engine.ask(b)
    await vi.waitFor(() => expect(engine.pool.stats.forecasts.wrong).toBe(1))
  })

  it('was told no credential and no message before its job', async () => {
    await open({ program: fake })
    await foresee(turnFrom({ system: 'A', env: { KEY: 'secret' }, maxTokens: 4711 }))
    const told = readFileSync(join(engine.directory.path, lastSession(engine), 'told.jsonl'), 'utf8')
    const frames = told
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(frames.map(({ type, request }) => request?.subtype ?? type)).toEqual([
      'initialize',
      'set_max_thinking_tokens',
      'apply_flag_settings',
      'user',
      'rewind_conversation',
    ])
    const [warmUp, takenBack] = frames.slice(-2)
    expect(warmUp).toMatchObject({ message: { content: [] }, shouldQuery: false })
    expect(takenBack).toMatchObject({ request: { target_message_uuid: warmUp.uuid } })
    expect(told).not.toMatch(new RegExp(`secret|4711|hello|${inventedToken}`))
  })

  it('is never taken for another setup', async () => {
    const setups = ['A', 'B'].flatMap((system) => [undefined, 'low' as const].map((effort) => ({ system, effort })))
    const turns = fc.array(fc.tuple(fc.constantFrom(...setups), fc.boolean()), { minLength: 15, maxLength: 15 })
    await open({ program: fake, slots: 2 })
    await fc.assert(
      fc.asyncProperty(turns, async (asked) => {
        for (const [setup, goesOn] of asked) {
          const history = goesOn ? [userMessage('hi'), assistantMessage('ho')] : []
          const { result } = await engine.ask(turnFrom({ ...setup, history }))
          expect(JSON.parse(result.text)).toEqual({
            ...setup,
            model: 'claude-sonnet-4-6',
            effort: setup.effort ?? null,
          })
        }
      }),
      { numRuns: 1 },
    )
  })

  it('that refuses is no spare, and after a few of them none is told', async () => {
    await open({ program: fileURLToPath(new URL('../../../fixtures/claude/refuses-control.mjs', import.meta.url)) })
    await parked(1)
    const warnings = () => engine.log.lines.filter(({ level }) => level === 'warn').map(({ sentence }) => sentence)
    await vi.waitFor(
      async () => {
        await engine.ask(a).catch(() => {})
        expect(warnings()).toEqual([expect.stringContaining('cannot be told in advance')])
      },
      { timeout: 20_000 },
    )
    await engine.ask(a).catch(() => {})
    await parked(1)
    expect(engine.pool.stats.forecasts).toEqual({ right: 0, wrong: 0 })
  })
})

describe.skipIf(claudeProgram() === undefined)(
  'a Claude Code that was told a setup in advance',
  { timeout: 60_000 },
  () => {
    const tools = { returned: [offeredTool('look')], live: [offeredTool('see')] }
    it.each(['claude-sonnet-4-6', 'claude-sonnet-5-5'])(
      'sends %s to the letter what one sends that was told nothing',
      async (model) => {
        await open()
        const turn = turnFrom({ model, system: 'Be brief.', tools, effort: 'low', maxTokens: 700 })
        const plain = await foresee(turn)
        const asked = engine.model.requests.length
        const told = await engine.ask(turn)
        expect([told.start, engine.pool.stats.forecasts.right, engine.model.requests.length - asked]).toEqual([
          'warm',
          1,
          1,
        ])
        expect(withoutNames(told.bodies[0])).toEqual(withoutNames(plain))
      },
    )

    it('holds no credential, and asks the model nothing before its job', async () => {
      await open()
      const turn = turnFrom({ system: 'Be brief.' })
      await foresee(turn)
      expect(engine.model.requests).toHaveLength(2)
      using lease = await engine.pool.lease(turn)
      expect([lease.start, engine.pool.stats.forecasts.right]).toEqual(['warm', 1])
      if (process.platform !== 'linux') return
      for (const file of ['environ', 'cmdline']) {
        expect(readFileSync(`/proc/${lease.session.pid}/${file}`, 'utf8')).not.toContain(inventedToken)
      }
    })

    it('is told a history as any other', async () => {
      await open()
      const history = [userMessage('One?'), assistantMessage('Two.')]
      const turn = turnFrom({ system: 'Be brief.', history, prompt: 'Three?' })
      const plain = await foresee(turn)
      const told = await engine.ask(turn)
      expect([told.start, engine.pool.stats.forecasts.right]).toEqual(['replayed', 1])
      expect(withoutNames(told.bodies[0])).toEqual(withoutNames(plain))
    })
  },
)

/** Where the spare that was told something lives: it was started last. */
function lastSession({ pool }: KeptEngine): string {
  return `s${pool.stats.starts.warm + pool.stats.starts.cold + pool.parked}`
}

/** Each process has a name and a folder of its own. */
function withoutNames(body: MessagesBody | undefined): unknown {
  if (!body) throw new Error('the model was not asked')
  const { metadata: _, ...rest } = body
  return JSON.parse(JSON.stringify(rest).replaceAll(/\/s\d+\/work/g, '/work'))
}
