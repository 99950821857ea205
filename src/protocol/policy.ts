import { z } from 'zod'
import { list, optional, text } from './lenient.ts'

/** What the router says a worker of this key is for. Sent with `hello_ack` and `policy_update`. */
export const policySchema = z.object({
  /** `cli`, `gpu` or nothing. */
  worker_type: text,
  /** `claude`, `cursor`, `codex` or nothing. */
  cli_type: text,
  /** Names of Claude Code's own tools that may run; `["default"]` and `["All"]` mean all of them. */
  builtin_tools: list(z.string()),
  /** The model of jobs that name none. */
  model_name: text,
  /** Tokens. */
  context_size: optional(z.number()),
  /** Repeated to the router as `model_capabilities`. */
  capabilities: list(z.string()),
})

export type Policy = z.output<typeof policySchema>

/** Why a worker of this kind cannot serve under the policy, or undefined when it can. */
export function policyObjection(policy: Policy): string | undefined {
  if (policy.worker_type !== '' && policy.worker_type !== 'cli') {
    return `this key belongs to a ${policy.worker_type.toUpperCase()} provider, not to CLI workers`
  }
  if (policy.cli_type !== '' && policy.cli_type !== 'claude') {
    return `this key is for ${policy.cli_type} workers; auxot serves Claude Code only`
  }
  return undefined
}
