import type { ClaudeConfig } from '../worker-config.ts'
import type { SessionDirectory } from './session-directory.ts'
import { toolServerName } from './tool-server-name.ts'

/** What has to be known when a process is started; everything else is told to it later. */
export interface LaunchSpec {
  /** Claude Code's own tools that may run, by name. */
  readonly builtin: readonly string[]
  /** The process waits for a history file, which is written when the job is there. */
  readonly resumes: boolean
}

/** The environment variable by which a process and everything it starts can be found again. */
export const treeMark = 'PROCESS_TREE_MARK'

/** Versions from which on the pieces we use are there; see the version table of the contract tests. */
export const oldestVersion = '2.1.250'
const awaitInitializeVersion = '2.1.300'

/** Whether `--await-initialize` is known to this version; older ones refuse to start with it. */
export function canResumeLate(version: string): boolean {
  return compareVersions(version, awaitInitializeVersion) >= 0
}

/** Negative when `a` is the older one. */
export function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

/** The command line of a process. It carries nothing of a job. */
export function launchArguments(spec: LaunchSpec, directory: SessionDirectory): string[] {
  return [
    '--print',
    '--output-format=stream-json',
    '--input-format=stream-json',
    '--verbose',
    '--include-partial-messages',
    `--tools=${spec.builtin.join(',')}`,
    `--allowedTools=${[`mcp__${toolServerName}`, ...spec.builtin].join(',')}`,
    '--permission-mode=dontAsk',
    '--strict-mcp-config',
    '--setting-sources=',
    '--disable-slash-commands',
    '--no-session-persistence',
    ...(spec.resumes ? ['--await-initialize', `--resume=${directory.historyFile}`] : []),
  ]
}

/**
 * The whole environment of a process: an allow-list and the switches that keep Claude Code to what was asked.
 * The credential is not in it; it goes in on stdin.
 */
export function launchEnvironment(
  config: Pick<ClaudeConfig, 'env'>,
  directory: SessionDirectory,
): Record<string, string> {
  return {
    ...config.env,
    HOME: directory.home,
    CLAUDE_CONFIG_DIR: directory.config,
    TMPDIR: directory.tmp,
    [treeMark]: directory.path,
    ...quietSwitches,
    ...exactSwitches,
  }
}

/** No side traffic, no memory, nothing of the operator's own set-up. */
const quietSwitches = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_AUTOUPDATER: '1',
  CLAUDE_CODE_DISABLE_CLAUDE_MDS: '1',
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: '1',
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
  CLAUDE_CODE_DISABLE_CRON: '1',
  CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS: '1',
} as const

/** One request to the model per tool round: whoever asked decides about repeats, compaction and continuations. */
const exactSwitches = {
  CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
  DISABLE_COMPACT: '1',
  CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE: '5000000',
  CLAUDE_CODE_MAX_RETRIES: '0',
  CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: '1',
  CLAUDE_CODE_DISABLE_REFUSAL_RETRY: '1',
  CLAUDE_CODE_MAX_MCP_DESCRIPTION_LENGTH: '1000000',
  // An API key is handed over once: it is not asked for again. The longest time that a timer can take.
  CLAUDE_CODE_API_KEY_HELPER_TTL_MS: '2147483647',
} as const
