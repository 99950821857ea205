import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { resolveClaude } from '../../src/worker/claude/find-claude.ts'
import { canResumeLate, launchArguments, launchEnvironment, oldestVersion } from '../../src/worker/claude/launch.ts'
import { settingsRequest } from '../../src/worker/claude/opening.ts'
import { openSessionDirectory } from '../../src/worker/claude/session-directory.ts'
import { claudeProgram, cleanClaudeEnv } from '../support/claude-program.ts'
import { describeReal } from '../support/real-claude.ts'
import { repositoryRoot } from '../support/repository-root.ts'
import { turnFrom } from '../support/turn-from.ts'
import { flags, since, variables } from './relied-on.ts'

const folder = mkdtempSync(join(tmpdir(), 'auxot-contract-'))
afterAll(() => rmSync(folder, { recursive: true }))

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const { devDependencies } = readJson(join(repositoryRoot, 'package.json'))
const directory = await openSessionDirectory(join(folder, 'session'))

describe('the list of what is relied on', () => {
  it('has every flag that a process is started with, and no other', () => {
    const args = launchArguments({ builtin: ['Bash'], resumes: true }, directory)
    expect(args.map((arg) => arg.split('=')[0]).sort()).toEqual(Object.keys(flags).sort())
  })

  it('has every variable that is set, and no other', () => {
    const { PROCESS_TREE_MARK: _, ...environment } = launchEnvironment({ env: {} }, directory)
    const request = settingsRequest(turnFrom()) as unknown as { settings: { env: object } }
    const set = [...Object.keys(environment), ...Object.keys(request.settings.env)]
    expect(set.sort()).toEqual(Object.keys(variables).sort())
  })

  it('has the oldest version, and the one from which on a process can wait for its history', () => {
    const [oldest = '', late = ''] = Object.keys(since)
    expect(oldest).toBe(oldestVersion)
    expect([canResumeLate(oldest), canResumeLate(late)]).toEqual([false, true])
  })
})

describeReal('the pinned Claude Code', () => {
  const program = claudeProgram()

  it('is the version that package.json says, to the last number', async () => {
    const pinned = devDependencies['@anthropic-ai/claude-code']
    expect(pinned).toMatch(/^\d+\.\d+\.\d+$/)
    expect(await resolveClaude(program, { PATH: process.env.PATH })).toEqual({ path: program, version: pinned })
  })

  it('and the SDK whose types it is held against were published together', () => {
    const last = (version: string) => version.split('.').at(-1)
    const sdk = readJson(
      join(createRequire(import.meta.url).resolve('@anthropic-ai/claude-agent-sdk'), '../package.json'),
    )
    expect(sdk.version).toBe(devDependencies['@anthropic-ai/claude-agent-sdk'])
    expect(last(sdk.version)).toBe(last(devDependencies['@anthropic-ai/claude-code']))
  })

  it('mentions every documented flag in its help, and none of the others', () => {
    const env = cleanClaudeEnv(join(folder, 'help'), 'http://127.0.0.1:9')
    const help = execFileSync(program as string, ['--help'], { env, encoding: 'utf8' })
    const mentioned = Object.keys(flags).filter((flag) => new RegExp(`${flag}(?![\\w-])`).test(help))
    expect(mentioned).toEqual(Object.keys(flags).filter((flag) => flags[flag] === 'documented'))
  })
})
