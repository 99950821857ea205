import type { Usage } from './claude-event.ts'
import type { ModelUsage } from './frames.ts'

/** Our form of the model service's counts: input is uncached + cache writes + cache reads. */
export function usageFrom(usage: ModelUsage | undefined): Usage {
  const cacheTokens = usage?.cache_read_input_tokens ?? 0
  return {
    inputTokens: (usage?.input_tokens ?? 0) + (usage?.cache_creation_input_tokens ?? 0) + cacheTokens,
    cacheTokens,
    outputTokens: usage?.output_tokens ?? 0,
  }
}

/** Adds up the counts of a turn's answers as they stream by, for turns that never get to their own sum. */
export class StreamedUsage {
  #finished: ModelUsage[] = []
  #current: ModelUsage | undefined

  start(usage: ModelUsage | undefined): void {
    if (this.#current) this.#finished.push(this.#current)
    this.#current = { ...usage }
  }

  /** Counts of a later event of the same answer replace the earlier ones. */
  update(usage: ModelUsage | undefined): void {
    const said = Object.fromEntries(Object.entries(usage ?? {}).filter(([, value]) => value !== null))
    this.#current = { ...this.#current, ...said }
  }

  total(): Usage {
    const all = [...this.#finished, this.#current].map(usageFrom)
    const sum = (pick: (usage: Usage) => number) => all.reduce((total, usage) => total + pick(usage), 0)
    return {
      inputTokens: sum((usage) => usage.inputTokens),
      cacheTokens: sum((usage) => usage.cacheTokens),
      outputTokens: sum((usage) => usage.outputTokens),
    }
  }
}
