import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { apiErrors, rateLimitHeaders, startEchoModel } from '../../src/dev/echo-model.ts'
import { tokenFrames } from '../../src/worker/claude/credential-frames.ts'
import { assistantFrame, type IncomingFrame, questionFrame, silentUserFrame } from '../../src/worker/claude/frames.ts'
import { initializeRequest, readableReasoning, settingsRequest } from '../../src/worker/claude/opening.ts'
import { openSessionDirectory } from '../../src/worker/claude/session-directory.ts'
import { ToolNames } from '../../src/worker/claude/tool-names.ts'
import { ToolServer } from '../../src/worker/claude/tool-server.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { inventedCredential, never } from '../support/engine-on-trial.ts'
import { describeReal } from '../support/real-claude.ts'
import { RecordedClaude } from '../support/recorded-claude.ts'
import { offeredTool, textBlock, toolResult, turnFrom } from '../support/turn-from.ts'
import { frameTypes, readFrames, typeOf, valueAt } from './relied-on.ts'

const use = (name: string, id: string, input: object = {}) => ({ type: 'tool_use', name, id, input }) as const
const limits = { status: 'rejected', resetsAtSeconds: 1_900_000_000, claim: 'five_hour' } as const

/** What the model says in the life of one process: every kind of turn that there is. */
const replies = [
  {
    blocks: [
      { type: 'thinking', text: 'let me see' },
      { type: 'text', text: 'I look.' },
      use('Bash', 'toolu_1', { command: 'echo hi' }),
      use('mcp__auxot__fetch', 'toolu_2', { at: 'sea' }),
    ],
  },
  { blocks: [use('mcp__auxot__look', 'toolu_3', { at: 'sky' })] },
  { blocks: [{ type: 'text', text: 'Done.' }], headers: rateLimitHeaders({ ...limits, status: 'allowed_warning' }) },
  apiErrors.overloaded(),
  { ...apiErrors.rateLimited(), headers: rateLimitHeaders(limits) },
  { connection: 'reset' },
] as const

/** Everything that the pinned program writes in such a life. */
async function recordLife(): Promise<RecordedClaude> {
  const folder = mkdtempSync(join(tmpdir(), 'auxot-contract-'))
  try {
    await using model = await startEchoModel()
    model.script(...replies)
    const turn = turnFrom({
      system: 'Be brief.',
      tools: { returned: [offeredTool('look')], live: [offeredTool('fetch')], builtin: ['Bash'] },
    })
    const directory = await openSessionDirectory(join(folder, 'session'))
    const env = { PATH: process.env.PATH ?? '', ANTHROPIC_BASE_URL: model.url }
    const config = { path: claudeProgram() as string, env }
    await using claude = new RecordedClaude({ config, spec: { builtin: ['Bash'], resumes: false }, directory })
    const names = new ToolNames(turn.tools)
    const callLiveTool = async () => ({ content: 'fetched', isError: false, images: [] })
    claude.control.serve({
      names,
      tools: new ToolServer({ tools: turn.tools, names, callLiveTool, signal: never }),
      onHeldCall: (name) => claude.refused.push(name),
    })
    const opening = [initializeRequest(turn), readableReasoning, settingsRequest(turn)]
    claude.write(...opening.map((request) => claude.control.frame(request)), ...tokenFrames(inventedCredential))
    claude.write(claude.control.frame({ subtype: 'horoscope' } as never))
    await claude.ask(silentUserFrame([textBlock('earlier')]))
    claude.write(assistantFrame([textBlock('yes')]))
    await claude.ask(questionFrame([textBlock('look twice')]))
    await claude.ask(questionFrame([toolResult('toolu_3', 'clouds')]))
    for (const question of ['busy?', 'limited?', 'there?']) await claude.ask(questionFrame([textBlock(question)]))
    expect(model.requests.length).toBe(replies.length)
    return claude
  } finally {
    rmSync(folder, { recursive: true, maxRetries: 3 })
  }
}

describeReal('a frame of the pinned Claude Code', () => {
  let claude: RecordedClaude
  beforeAll(async () => {
    claude = await recordLife()
  })

  it('is of a kind that is known', () => {
    expect([...new Set(claude.frames.map(({ type }) => type))].sort()).toEqual(frameTypes)
  })

  it('is an answer to each request, of which none but the invented one is refused', () => {
    expect(claude.refused).toEqual(['horoscope'])
  })

  it.each(readFrames)('has the fields that are read of it: $name', ({ is, fields }) => {
    const found = claude.frames.filter((frame: IncomingFrame) => is(frame))
    expect(found.length).toBeGreaterThan(0)
    for (const frame of found) {
      const types = Object.keys(fields).map((path) => [path, typeOf(valueAt(frame, path))] as const)
      const wrong = types.filter(([path, type]) => !fits(type, fields[path] ?? ''))
      expect(wrong, JSON.stringify(frame)).toEqual([])
    }
  })
})

/** Whether a type is one of those that are allowed, `?` standing for none. */
function fits(type: string, allowed: string): boolean {
  if (type === 'undefined') return allowed.endsWith('?')
  return allowed.replace('?', '').split(' ').includes(type)
}
