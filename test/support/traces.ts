/** Texts to look for, by what they are called. */
export type Sought = Readonly<Record<string, string>>

/** The names of all texts that stand somewhere in a stream of bytes, also across the seams of its chunks. */
export async function tracesIn(bytes: AsyncIterable<Uint8Array | string>, sought: Sought): Promise<string[]> {
  const found = new Set<string>()
  const overlap = Math.max(...Object.values(sought).map(({ length }) => length))
  let tail = Buffer.alloc(0)
  for await (const chunk of bytes) {
    const seen = Buffer.concat([tail, Buffer.from(chunk)])
    for (const [name, text] of Object.entries(sought)) if (seen.includes(text)) found.add(name)
    tail = seen.subarray(-overlap)
  }
  return [...found].sort()
}
