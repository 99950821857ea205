import type { Capabilities } from '../protocol/worker-messages.ts'

/** Tokens; the window that Claude Code's models share. */
const contextTokens = 200_000

/**
 * What a worker tells the router that it can do: so many jobs at once, with this model where a job names none.
 * `model_capabilities` repeats a policy, which `hello` has not heard yet: it comes with `config`.
 */
export function announcedCapabilities(slots: number, model: string): Capabilities {
  return { backend: 'claude', model, ctx_size: contextTokens, total_slots: slots }
}
