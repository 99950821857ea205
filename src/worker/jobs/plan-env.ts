import type { AddNote } from './plan-note.ts'

/**
 * Names that would steer something else than the job's tools. Compared in upper case: Windows knows no other,
 * and proxies are read in both.
 */
const steering: readonly RegExp[] = [
  // Claude Code itself and its run time.
  /^(CLAUDE|ANTHROPIC_|BUN_|NODE_|MCP_|OTEL_|DISABLE_|ENABLE_|MAX_|CCR_|SELF_HOSTED_RUNNER_)/,
  /^(API_TIMEOUT_MS|IS_SANDBOX|DO_NOT_TRACK|DEBUG)$/,
  // The worker, and the mark by which it finds what a job left behind.
  /^(AUXOT_|PROCESS_TREE_)/,
  // What the system's loader or a shell runs before the program that was meant.
  /^(LD_|DYLD_|BASH_|GIT_CONFIG|GIT_EXEC_PATH$)/,
  /^(PATH|PATHEXT|COMSPEC|SHELL|SHELLOPTS|BASHOPTS|ENV|IFS|PS4|PROMPT_COMMAND)$/,
  // Where the process lives.
  /^(HOME|USERPROFILE|APPDATA|LOCALAPPDATA|PWD|USER|LOGNAME|TMPDIR|TMP|TEMP|XDG_\w*)$/,
  // The way to the model, which Claude's credential goes too.
  /^((HTTPS?|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR))$/,
]

/** The job's credentials as environment of its tools. What cannot or must not be set is left out and noted by name. */
export function planEnv(credentials: Readonly<Record<string, string>>, note: AddNote): Record<string, string> {
  const entries = Object.entries(credentials).filter(([name, value]) => {
    const problem = objection(name, value)
    if (problem !== undefined) note('credentials', `${JSON.stringify(name.slice(0, 60))} ${problem}, it is left out`)
    return problem === undefined
  })
  return Object.fromEntries(entries)
}

function objection(name: string, value: string): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) return 'is no name of an environment variable'
  if (steering.some((names) => names.test(name.toUpperCase()))) return 'would steer more than the tools of the job'
  if (value.includes('\0')) return 'has a value that no environment can hold'
  return undefined
}
