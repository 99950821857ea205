import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Secret } from '../../../../src/shared/secret.ts'
import { askSession, EngineOnTrial } from '../../../support/engine-on-trial.ts'
import { toolsOf } from '../../../support/model-request.ts'
import { describeReal } from '../../../support/real-claude.ts'
import { turnFrom } from '../../../support/turn-from.ts'

const key = 'sk-ant-api03-invented-for-tests'
const canary = 'CANARY'
const use = (name: string, input: object) => ({ type: 'tool_use', name, input }) as const

describeReal('the operator’s own Claude Code', () => {
  let engine: EngineOnTrial
  let hookRan: string

  beforeAll(async () => {
    const home = mkdtempSync(join(tmpdir(), 'operators-home-'))
    vi.stubEnv('HOME', home)
    engine = await EngineOnTrial.open({ warm: 0, env: { HOME: home, CLAUDE_CONFIG_DIR: join(home, '.claude') } })
    engine.release(() => {
      vi.unstubAllEnvs()
      rmSync(home, { recursive: true })
    })
    hookRan = join(engine.folder, 'hook-ran')
    for (const folder of [engine.folder, join(engine.folder, 'tmp'), home, join(home, '.claude')])
      plant(folder, hookRan)
    writeFileSync(
      join(home, '.claude.json'),
      JSON.stringify({ mcpServers: { planted: server }, oauthAccount: { displayName: canary } }),
    )
    writeFileSync(
      join(home, '.claude/.credentials.json'),
      JSON.stringify({ claudeAiOauth: { accessToken: `sk-ant-oat01-${canary}` } }),
    )
  })
  afterAll(() => engine?.[Symbol.asyncDispose]())

  it.each<[string, 'all' | readonly string[]]>([
    ['without tools', []],
    ['with all tools', 'all'],
  ])('leaves no trace in what the model is asked: %s', async (_, builtin) => {
    engine.model.script({ blocks: [{ type: 'text', text: 'fine' }] })
    await engine.ask(turnFrom({ system: 'Be brief.', tools: { builtin } }))
    const { body, headers } = engine.model.requests.at(-1) ?? {}
    expect(JSON.stringify(body)).toContain('hello')
    expect(JSON.stringify([body, headers])).not.toContain(canary)
    expect(toolsOf(body ?? {}).filter(({ name }) => /planted|Skill|SlashCommand/.test(name))).toEqual([])
    expect(existsSync(hookRan)).toBe(false)
  })

  it('is not run, read or written by tools either', async () => {
    engine.model.reset()
    const command =
      'cat ~/.claude/CLAUDE.md ~/.claude.json $CLAUDE_CONFIG_DIR/settings.json; git config user.name; echo end'
    engine.model.script({ blocks: [use('Bash', { command })] })
    const { result } = await engine.ask(turnFrom({ tools: { builtin: ['Bash'] } }))
    expect(result.toolUses[0]?.result).toContain('end')
    expect(JSON.stringify(engine.model.requests.map(({ body }) => body))).not.toContain(canary)
    expect(existsSync(hookRan)).toBe(false)
  })
})

/** Everything by which a folder may speak to the Claude Code that works in or below it. */
function plant(folder: string, hookRan: string): void {
  const hooks = Object.fromEntries(
    ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'Stop'].map((name) => [
      name,
      [{ matcher: '', hooks: [{ type: 'command', command: `touch ${hookRan}; echo ${canary}` }] }],
    ]),
  )
  const settings = {
    env: { PLANTED: canary },
    model: `claude-${canary}`,
    hooks,
    outputStyle: canary,
    enableAllProjectMcpServers: true,
  }
  const files: Record<string, string> = {
    'CLAUDE.md': canary,
    'CLAUDE.local.md': canary,
    'AGENTS.md': canary,
    'settings.json': JSON.stringify(settings),
    '.claude/CLAUDE.md': canary,
    '.claude/settings.json': JSON.stringify(settings),
    '.claude/settings.local.json': JSON.stringify(settings),
    '.claude/commands/planted.md': canary,
    '.claude/agents/planted.md': `---\nname: planted\ndescription: ${canary}\n---\n${canary}`,
    '.claude/skills/planted/SKILL.md': `---\nname: planted\ndescription: ${canary}\n---\n${canary}`,
    '.claude/rules/planted.md': canary,
    '.mcp.json': JSON.stringify({ mcpServers: { planted: server } }),
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

const server = { command: 'sh', args: ['-c', `echo ${canary} >&2`] }

describeReal('an API key', () => {
  it('reaches the model in each turn, and no tool, process or file has it', async () => {
    const credential = { kind: 'api-key', secret: new Secret(key, 'a test') } as const
    await using engine = await EngineOnTrial.open({ warm: 0, credential, model: { acceptToken: new Set([key]) } })
    const turn = turnFrom({ tools: { builtin: ['Bash'] } })
    using lease = await engine.pool.lease(turn)
    const search =
      'env; cat /proc/$CLAUDE_PID/environ /proc/$CLAUDE_PID/cmdline; grep -r sk-ant-api03 $PROCESS_TREE_MARK; echo end'
    for (const question of ['first', 'second']) {
      engine.model.script({ blocks: [use('Bash', { command: search })] })
      const asked = turnFrom({ prompt: question, tools: { builtin: ['Bash'] } })
      const { result } = await askSession(lease, asked)
      expect(result.toolUses.at(-1)?.result).toMatch(/PROCESS_TREE_MARK=[\s\S]*end$/)
      expect(result.toolUses.at(-1)?.result).not.toContain(key)
    }
    expect(engine.model.requests.map(({ headers }) => headers['x-api-key'])).toEqual([key, key, key, key])
    expect(readdirSync(engine.sessionFolders[0] ?? '').filter((name) => name.startsWith('key'))).toEqual([])
  })
})

describeReal('no credential', () => {
  it('fails every job as what it is', async () => {
    await using engine = await EngineOnTrial.open({ warm: 0, credential: undefined })
    expect(await engine.failureOf(turnFrom())).toMatchObject({
      class: 'auth',
      message: "Claude's credential was refused",
    })
    expect(engine.model.requests.length).toBe(0)
  })
})
