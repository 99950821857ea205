import { engineErrorFrom } from '../engine-errors.ts'

/** Turns what the engine or the way to it says into a sentence of ours. */
export async function attempt<T>(doing: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw engineErrorFrom(error, doing)
  }
}
