/**
 * Claude Code's own tools that do their work within a job: what `All` and `default` stand for.
 * Left out of "all" are those that outlive the job (schedules, monitors, messages to other sessions), that ask a person,
 * and ToolSearch, which would hide the caller's tools from the model. Naming one of them in AUXOT_CLI_TOOLS allows it all the same.
 */
export const allBuiltinTools: readonly string[] = [
  'Agent',
  'Bash',
  'BashOutput',
  'Edit',
  'Glob',
  'Grep',
  'KillShell',
  'NotebookEdit',
  'Read',
  'Task',
  'TaskCreate',
  'TaskGet',
  'TaskList',
  'TaskStop',
  'TaskUpdate',
  'TodoWrite',
  'WebFetch',
  'WebSearch',
  'Write',
]

/** The tools of a turn by name, sorted: the same set always gives the same process. */
export function builtinToolNames(tools: {
  builtin: 'all' | readonly string[]
  builtinOff: readonly string[]
}): string[] {
  const names = tools.builtin === 'all' ? allBuiltinTools : tools.builtin
  return [...new Set(names)].filter((name) => !tools.builtinOff.includes(name)).sort()
}
