/** Something that happened at a time, in the form that can be compared as text. */
interface Moment {
  readonly moment: string
}

/**
 * Several lists that are each in order as one that is. Each is read only as far as it has to be, one after the other at first, so that
 * no engine behind a login is called on by all at once.
 */
export async function* mergeByMoment<Item extends Moment>(
  lists: readonly AsyncIterable<Item>[],
): AsyncGenerator<Item, void, void> {
  const readers = lists.map((list) => list[Symbol.asyncIterator]())
  try {
    const heads: { item: Item; reader: AsyncIterator<Item> }[] = []
    for (const reader of readers) {
      const first = await reader.next()
      if (!first.done) heads.push({ item: first.value, reader })
    }
    while (heads.length > 0) {
      const head = heads.reduce((earliest, each) => (each.item.moment < earliest.item.moment ? each : earliest))
      yield head.item
      const next = await head.reader.next()
      if (next.done) heads.splice(heads.indexOf(head), 1)
      else head.item = next.value
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.return?.()))
  }
}
