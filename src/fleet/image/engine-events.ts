import type { Readable } from 'node:stream'

/** The events that an engine tells while it works, one on each line. What is cut off at the end is left out. */
export async function* engineEvents<Event>(stream: Readable): AsyncGenerator<Event> {
  let rest = ''
  for await (const text of stream.setEncoding('utf8')) {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as Event
  }
}
