import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canResumeLate,
  compareVersions,
  launchArguments,
  launchEnvironment,
} from '../../../src/worker/claude/launch.ts'
import type { SessionDirectory } from '../../../src/worker/claude/session-directory.ts'

const directory: SessionDirectory = {
  path: '/tmp/auxot-abc123/s1',
  work: '/tmp/auxot-abc123/s1/work',
  home: '/tmp/auxot-abc123/s1/home',
  config: '/tmp/auxot-abc123/s1/config',
  tmp: '/tmp/auxot-abc123/s1/tmp',
  historyFile: '/tmp/auxot-abc123/s1/history.jsonl',
  remove: async () => {},
}
const always = [
  '--print',
  '--output-format=stream-json',
  '--input-format=stream-json',
  '--verbose',
  '--include-partial-messages',
]
const closed = [
  '--permission-mode=dontAsk',
  '--strict-mcp-config',
  '--setting-sources=',
  '--disable-slash-commands',
  '--no-session-persistence',
]

describe('the command line', () => {
  it('allows no tool but ours where the job has none', () => {
    const args = launchArguments({ builtin: [], resumes: false }, directory)
    expect(args).toEqual([...always, '--tools=', '--allowedTools=mcp__auxot', ...closed])
  })

  it('allows built-in tools by name', () => {
    const args = launchArguments({ builtin: ['Bash', 'Read'], resumes: false }, directory)
    expect(args).toEqual([...always, '--tools=Bash,Read', '--allowedTools=mcp__auxot,Bash,Read', ...closed])
  })

  it('waits for a history where there will be one', () => {
    const args = launchArguments({ builtin: [], resumes: true }, directory)
    expect(args.slice(-2)).toEqual(['--await-initialize', '--resume=/tmp/auxot-abc123/s1/history.jsonl'])
  })
})

describe('the environment', () => {
  it('is what was allowed, folders of its own, and the switches that keep Claude Code to what was asked', () => {
    const env = { PATH: '/bin', HTTPS_PROXY: 'http://proxy', HOME: '/root', CLAUDE_CONFIG_DIR: '/root/.claude' }
    expect(launchEnvironment({ env }, directory)).toEqual({
      PATH: '/bin',
      HTTPS_PROXY: 'http://proxy',
      HOME: directory.home,
      CLAUDE_CONFIG_DIR: directory.config,
      TMPDIR: directory.tmp,
      PROCESS_TREE_MARK: directory.path,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_CLAUDE_MDS: '1',
      CLAUDE_CODE_DISABLE_AUTO_MEMORY: '1',
      CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
      CLAUDE_CODE_DISABLE_CRON: '1',
      CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS: '1',
      CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
      DISABLE_COMPACT: '1',
      CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE: '5000000',
      CLAUDE_CODE_MAX_RETRIES: '0',
      CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: '1',
      CLAUDE_CODE_DISABLE_REFUSAL_RETRY: '1',
      CLAUDE_CODE_MAX_MCP_DESCRIPTION_LENGTH: '1000000',
      CLAUDE_CODE_API_KEY_HELPER_TTL_MS: '2147483647',
    })
  })
})

describe('versions', () => {
  it.each([
    ['2.1.9', '2.1.250', -1],
    ['2.1.330', '2.1.250', 1],
    ['2.1.250', '2.1.250', 0],
    ['2.0.999', '2.1.0', -1],
    ['10.0.0', '9.9.9', 1],
    ['1.0.128', '2.1.250', -1],
  ])('%s against %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign)
  })

  it('are ordered by their numbers', () => {
    const version = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(1_000))
    fc.assert(
      fc.property(version, version, (a, b) => {
        const difference = a.map((part, index) => part - (b[index] ?? 0)).find((each) => each !== 0) ?? 0
        expect(Math.sign(compareVersions(a.join('.'), b.join('.')))).toBe(Math.sign(difference))
      }),
    )
  })

  it('tell whether a process can wait for its history', () => {
    expect(['2.1.250', '2.1.299', '2.1.300', '2.1.330', '3.0.0'].map(canResumeLate)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ])
  })
})
