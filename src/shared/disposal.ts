type Release = () => void | Promise<void>

/**
 * What was opened, to be closed in the opposite order. Every release is tried; the first error is kept and thrown at the end.
 * (AsyncDisposableStack does this too, but only from Node 24 on.)
 */
export class ReleaseStack implements AsyncDisposable {
  readonly #releases: Release[] = []

  /** Runs `release` when the stack is disposed. */
  defer(release: Release): void {
    this.#releases.push(release)
  }

  /** Owns a disposable and hands it back. */
  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(() => Promise.resolve(resource[Symbol.asyncDispose]()))
    return resource
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = []
    for (let release = this.#releases.pop(); release; release = this.#releases.pop()) {
      try {
        await release()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
