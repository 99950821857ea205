import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { ClaudeEvent } from '../../../../src/worker/claude/claude-event.ts'
import { inventedToken } from '../../../support/claude-program.ts'
import { never, noLiveTools } from '../../../support/engine-on-trial.ts'
import { toolsOf } from '../../../support/model-request.ts'
import { describeReal, sharedEngine } from '../../../support/real-claude.ts'
import { offeredTool, turnFrom } from '../../../support/turn-from.ts'

const builtin = ['Bash', 'Read', 'Write']
const shared = sharedEngine({ builtin })
const turn = turnFrom({ tools: { builtin } })
const use = (name: string, input: object, id: string) => ({ type: 'tool_use', name, input, id }) as const

/** What a script prints in Claude Code's Bash. */
async function printed(command: string, wishes: Parameters<typeof turnFrom>[0] = {}): Promise<string> {
  const { engine } = shared
  engine.model.script({ blocks: [use('Bash', { command }, 'toolu_1')] })
  const { result } = await engine.ask(turnFrom({ tools: { builtin }, ...wishes }))
  return result.toolUses[0]?.result ?? ''
}

describeReal('Claude Code’s own tools', () => {
  it('run without asking anybody, as any user, and tell when they start and what came out', async () => {
    const { engine } = shared
    const calls = [
      use('Bash', { command: 'touch made; echo "$((6 * 7))"' }, 'toolu_1'),
      use('Write', { file_path: 'poem.txt', content: 'roses\n' }, 'toolu_2'),
      use('Bash', { command: 'cat poem.txt; ls; exit 3' }, 'toolu_3'),
      use('Read', { file_path: 'nowhere.txt' }, 'toolu_4'),
    ]
    engine.model.script(...calls.map((call) => ({ blocks: [call] })), { blocks: [{ type: 'text', text: 'Done.' }] })
    const { events, result } = await engine.ask(turn)
    expect(engine.model.requests.length).toBe(5)
    const told = events.filter(({ type }) => type === 'tool_started' || type === 'tool_ended')
    const facts = calls.map(({ id, name, input }) => ({ id, name, arguments: JSON.stringify(input) }))
    const results = [
      '42',
      expect.stringContaining('poem.txt'),
      'Exit code 3\nroses\nmade\npoem.txt',
      expect.stringContaining('not exist'),
    ]
    expect(told).toEqual(
      facts.flatMap((fact, index) => [
        { type: 'tool_started', ...fact },
        { type: 'tool_ended', ...fact, result: results[index] },
      ]),
    )
    expect(result).toMatchObject({ text: 'Done.', textAfterTools: 'Done.', toolCalls: [] })
    expect(result.toolUses).toEqual(facts.map((fact, index) => ({ ...fact, result: results[index] })))
  })

  it('are offered by name, and no others', async () => {
    const { engine } = shared
    await engine.ask(turn)
    expect(toolsOf(engine.model.requests[0]?.body ?? {}).map(({ name }) => name)).toEqual(builtin)
  })

  it('bring no words of Claude Code’s own about commits into the conversation', async () => {
    const { engine } = shared
    await engine.ask(turn)
    expect(JSON.stringify(engine.model.requests[0]?.body.messages)).not.toMatch(/git commits|Co-Authored-By/)
  })

  it('that are not offered do not run', async () => {
    const { engine } = shared
    engine.model.script({ blocks: [use('Bash', { command: 'touch ran' }, 'toolu_1')] })
    const { result } = await engine.ask(turnFrom())
    expect(result.toolUses[0]?.result).toContain('No such tool available: Bash')
  })

  it('are off where a tool of the job has their name, which is then the caller’s', async () => {
    const { engine } = shared
    engine.model.script({ blocks: [use('mcp__auxot__Bash', { command: 'touch ran' }, 'toolu_1')] })
    const tools = { builtin: 'all', builtinOff: ['Bash'], returned: [offeredTool('Bash')] } as const
    const { result } = await engine.ask(turnFrom({ tools }))
    const offered = toolsOf(engine.model.requests[0]?.body ?? {}).map(({ name }) => name)
    expect(offered).toEqual(expect.arrayContaining(['Read', 'Write', 'mcp__auxot__Bash']))
    expect(offered).not.toContain('Bash')
    expect(offered).not.toContain('ToolSearch')
    expect(result.toolCalls).toEqual([{ id: 'toolu_1', name: 'Bash', input: { command: 'touch ran' } }])
    expect(result.toolUses).toEqual([])
  })

  it('run beside calls that the caller runs', async () => {
    const { engine } = shared
    const calls = [use('Bash', { command: 'echo ran' }, 'toolu_1'), use('mcp__auxot__look', {}, 'toolu_2')]
    engine.model.script({ blocks: calls })
    const { result } = await engine.ask(turnFrom({ tools: { builtin, returned: [offeredTool('look')] } }))
    expect(engine.model.requests.length).toBe(1)
    expect(result.toolUses).toMatchObject([{ name: 'Bash', result: 'ran' }])
    expect(result.toolCalls).toEqual([{ id: 'toolu_2', name: 'look', input: {} }])
  })
})

describeReal('a shell of the model', () => {
  it('sees nothing of the worker’s environment that is not for it', async () => {
    const canaries = {
      AUXOT_GPU_KEY: 'canary-1',
      AWS_SECRET_ACCESS_KEY: 'canary-2',
      ANTHROPIC_API_KEY: 'canary-3',
      CLAUDE_CODE_OAUTH_TOKEN: 'canary-4',
      GITHUB_TOKEN: 'canary-5',
    }
    for (const [name, value] of Object.entries(canaries)) vi.stubEnv(name, value)
    try {
      // A process that is started now, not one that was parked before.
      const environment = await printed('env', { tools: { builtin: ['Bash'] } })
      expect(environment).toContain('PROCESS_TREE_MARK=')
      expect(environment).not.toContain('canary')
      expect(environment).not.toMatch(/^(AUXOT|AWS|ANTHROPIC_API|GITHUB)_/m)
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('sees the secrets of its job, and those of no job before', async () => {
    expect(await printed('echo "[$JOB_SECRET]"', { env: { JOB_SECRET: 'for this job' } })).toBe('[for this job]')
    expect(await printed('echo "[$JOB_SECRET]"')).toBe('[]')
  })

  it('works in a folder of its own, with a home and a temporary folder beside it', async () => {
    const [work = '', home, tmp] = (await printed('pwd; echo $HOME; echo $TMPDIR; ls -A')).split('\n')
    expect(work.startsWith(join(shared.engine.folder, 'tmp'))).toBe(true)
    expect([home, tmp]).toEqual([join(work, '../home'), join(work, '../tmp')])
  })

  it.skipIf(process.platform !== 'linux')('finds Claude’s credential in no process of its session', async () => {
    const { engine } = shared
    const command = 'echo ready > ready; until [ -e go ]; do sleep 0.05; done; cat /proc/$PPID/environ | tr "\\0" "\\n"'
    engine.model.script({ blocks: [use('Bash', { command }, 'toolu_1')] })
    using lease = await engine.pool.lease(turn)
    const events: ClaudeEvent[] = []
    for await (const event of lease.session.ask(turn, { callLiveTool: noLiveTools }, never)) {
      events.push(event)
      if (event.type === 'tool_started') await lookAround(engine.sessionFolders, () => engine.processes())
    }
    const ended = events.find(({ type }) => type === 'tool_ended') as { result: string }
    expect(ended.result).toContain('CLAUDE_CODE_MAX_RETRIES=0')
    expect(ended.result).not.toContain(inventedToken)
    expect(engine.model.requests.at(-1)?.headers.authorization).toBe(`Bearer ${inventedToken}`)
  })
})

/** Reads what the kernel shows of every process while the model's shell is running. */
async function lookAround(folders: readonly string[], processes: () => number[]): Promise<void> {
  const work = await vi.waitFor(() => {
    const found = folders.map((folder) => join(folder, 'work')).find((folder) => exists(join(folder, 'ready')))
    expect(found, 'the folder in which the shell runs').toBeDefined()
    return found as string
  }, 10_000)
  const shown = processes().map((pid) => `${read(`/proc/${pid}/environ`)}${read(`/proc/${pid}/cmdline`)}`)
  writeFileSync(join(work, 'go'), '')
  // Claude Code, its shell, and what the shell runs.
  expect(shown.length).toBeGreaterThan(2)
  expect(shown.join('\n')).toContain('until [ -e go ]')
  expect(shown.join('\n')).not.toContain(inventedToken)
}

function exists(path: string): boolean {
  return read(path) !== ''
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
