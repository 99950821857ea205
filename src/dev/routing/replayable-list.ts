/** A list that grows: read as an array it is what came so far, read with `for await` it is all that will come. */
export type ReplayableList<T> = readonly T[] & AsyncIterable<T>

/** The writing end of a `ReplayableList`. */
export interface ListWriter<T> {
  readonly list: ReplayableList<T>
  push(item: T): void
  /** Nothing more comes; readers end when they have read everything. */
  end(): void
}

/** Makes a list that any number of readers can follow, each from the beginning. */
export function replayableList<T>(): ListWriter<T> {
  const items: T[] = []
  let ended = false
  let change = Promise.withResolvers<void>()

  async function* follow(): AsyncGenerator<T, void, undefined> {
    for (let index = 0; ; ) {
      while (index < items.length) yield items[index++] as T
      if (ended) return
      await change.promise
    }
  }
  const wake = () => {
    change.resolve()
    change = Promise.withResolvers()
  }
  // Not enumerable, so that the list compares as a plain array.
  Object.defineProperty(items, Symbol.asyncIterator, { value: follow })
  return {
    list: items as unknown as ReplayableList<T>,
    push: (item) => {
      items.push(item)
      wake()
    },
    end: () => {
      ended = true
      wake()
    },
  }
}
