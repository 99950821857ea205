/** Disposes of all at the same time. */
export function disposeAll(all: readonly AsyncDisposable[]): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((each) => each[Symbol.asyncDispose]()))
    },
  }
}
