import type { Bench } from './bench.ts'

/**
 * Runs `round` once to warm up and then `runs` times. All that is compared is done in each round, one after the other:
 * a machine that is slow for a while is slow for all of it.
 */
export async function inRounds(
  bench: Bench,
  round: (context: { readonly isWarmUp: boolean }) => Promise<void>,
  runs: number = bench.runs,
): Promise<void> {
  for (let index = -1; index < runs; index++) {
    bench.progress(index < 0 ? 'warm-up' : `run ${index + 1} of ${runs}`)
    await round({ isWarmUp: index < 0 })
  }
}
