import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { claudeProgram, cleanClaudeEnv } from './claude-program.ts'

const folder = mkdtempSync(join(tmpdir(), 'auxot-claude-env-'))

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

describe('claudeProgram', () => {
  it('gives the program that AUXOT_TEST_CLAUDE names, as an absolute path', () => {
    vi.stubEnv('AUXOT_TEST_CLAUDE', 'package.json')
    expect(claudeProgram()).toBe(join(process.cwd(), 'package.json'))
  })

  it('says so when AUXOT_TEST_CLAUDE names nothing', () => {
    vi.stubEnv('AUXOT_TEST_CLAUDE', './not-there')
    expect(() => claudeProgram()).toThrow('AUXOT_TEST_CLAUDE names ./not-there, which does not exist.')
  })

  it("gives the pinned devDependency's program otherwise", () => {
    vi.stubEnv('CI', 'true')
    expect(claudeProgram()).toSatisfy((program: string) => isAbsolute(program) && program.includes('claude-code-'))
  })

  it('fails under CI where the program is not installed, and gives nothing elsewhere', () => {
    vi.stubGlobal('process', { ...process, arch: 'none' })
    vi.stubEnv('CI', 'true')
    expect(() => claudeProgram()).toThrow('The real Claude Code is not installed')
    vi.stubEnv('CI', '')
    expect(claudeProgram()).toBeUndefined()
    vi.unstubAllGlobals()
  })
})

describe('cleanClaudeEnv', () => {
  it("holds nothing of this machine's environment but PATH", () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'mine')
    expect(cleanClaudeEnv(folder, 'http://127.0.0.1:1')).toEqual({
      PATH: process.env.PATH,
      HOME: join(folder, 'home'),
      CLAUDE_CONFIG_DIR: join(folder, 'config'),
      TMPDIR: join(folder, 'tmp'),
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
      CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-invented-for-tests',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
    })
    expect(readdirSync(folder).sort()).toEqual(['config', 'home', 'tmp'])
  })
})
