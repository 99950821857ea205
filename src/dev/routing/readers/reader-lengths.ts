/** The times that rule how the public router reads jobs. All in milliseconds. */
export interface ReaderLengths {
  /** How long a reader waits for a job before it looks around and waits anew. */
  readonly windowMs: number
  /** How often the reader of a worker without a free slot looks whether there is one. */
  readonly lookAgainMs: number
  /** How often the reader of a worker that has a job, and a free slot beside it, looks whether that job has ended. */
  readonly lookAtWorkMs: number
  /** How often the jobs of workers that are gone are collected. */
  readonly collectMs: number
}

/** As the public router has them. */
export const publicLengths: ReaderLengths = {
  windowMs: 30_000,
  lookAgainMs: 500,
  lookAtWorkMs: 2_000,
  collectMs: 15_000,
}
