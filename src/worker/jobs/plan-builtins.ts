import type { Turn } from '../claude/turn.ts'

/** `all`, or names of Claude Code's own tools. */
export type BuiltinTools = Turn['tools']['builtin']

/** Only a name of this form can be one of Claude Code's own tools. */
const builtinName = /^[A-Z][A-Za-z\d]*$/

/**
 * Claude Code's own tools that may run: those that this host and the router's policy both allow, without those that
 * share a name with one of the job's tools.
 */
export function planBuiltins(
  host: BuiltinTools,
  policy: readonly string[],
  jobTools: readonly string[],
): Pick<Turn['tools'], 'builtin' | 'builtinOff'> {
  const builtin = intersection(host, readPolicy(policy))
  const sameName = new Set(jobTools.filter((name) => builtinName.test(name)))
  if (builtin === 'all') return { builtin, builtinOff: [...sameName] }
  return { builtin: builtin.filter((name) => !sameName.has(name)), builtinOff: [] }
}

function readPolicy(names: readonly string[]): BuiltinTools {
  if (names.some((name) => /^(all|default)$/i.test(name))) return 'all'
  return [...new Set(names)].filter((name) => builtinName.test(name))
}

function intersection(host: BuiltinTools, policy: BuiltinTools): BuiltinTools {
  if (policy === 'all') return host
  if (host === 'all') return policy
  return host.filter((name) => policy.includes(name))
}
