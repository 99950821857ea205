import type { z } from 'zod'
import type { policySchema } from '../../protocol/policy.ts'

/** A policy as a router writes it: what workers of any kind may read in it. */
export type SentPolicy = z.input<typeof policySchema> & {
  quantization?: string
  max_parallelism?: number
  parameters?: string
  family?: string
}

/** `cli`: every worker runs a command-line model. `mixed`: only those that announce one do, the others are GPUs. */
export type RouterMode = 'cli' | 'mixed'

/** Slots of a worker that does not say how many it has. */
export const defaultSlots: Readonly<Record<RouterMode, number>> = { cli: 1, mixed: 2 }

const gpuPolicy: SentPolicy = {
  worker_type: 'gpu',
  model_name: 'Qwen3-30B-A3B',
  quantization: 'Q4_K_S',
  context_size: 131_072,
  max_parallelism: 2,
  capabilities: ['chat'],
}

/** What a worker is told to be, by the router's mode and the worker's own announcement; `rules` beat the defaults. */
export function policyFor(
  announced: { readonly backend: string; readonly model: string },
  mode: RouterMode,
  rules: SentPolicy,
): SentPolicy {
  // In mixed mode the router knows a command-line worker by this name alone.
  if (mode === 'mixed' && announced.backend !== 'claude') return gpuPolicy
  return {
    worker_type: 'cli',
    cli_type: 'claude',
    model_name: mode === 'mixed' ? announced.model : '',
    quantization: '',
    context_size: 200_000,
    max_parallelism: defaultSlots[mode],
    capabilities: ['chat'],
    ...rules,
  }
}
