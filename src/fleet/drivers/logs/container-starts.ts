import type { Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { BackendError } from '../../errors.ts'
import { labels, ofFleet } from '../docker/names.ts'
import { engineErrorFrom } from '../engine-errors.ts'
import type { LogSource } from './log-line.ts'
import { sourceFrom } from './log-sources.ts'

/** What an engine says of a container that starts. */
interface StartEvent {
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> }
}

const doing = 'tell of workers that start'

/**
 * The containers of a fleet, or of all, that start once this has resolved. The list ends when the signal aborts.
 * @throws BackendError, in the list too when the engine goes away
 */
export async function watchStarts(
  engine: Dockerode,
  fleet: string | undefined,
  signal: AbortSignal,
): Promise<AsyncIterable<LogSource>> {
  const filters = { type: ['container'], event: ['start'], label: ofFleet(fleet, labels.slot) }
  try {
    const events = (await engine.getEvents({ filters, abortSignal: signal } as object)) as Readable
    // Whoever reads is told of a failure; before anybody does, it must not end the process.
    events.on('error', () => {})
    return startsFrom(events, signal)
  } catch (error) {
    if (signal.aborted) return nothing()
    throw engineErrorFrom(error, doing)
  }
}

async function* startsFrom(events: Readable, signal: AbortSignal): AsyncGenerator<LogSource, void, void> {
  try {
    for await (const { Actor } of documents(events)) {
      const { name = '', ...marks } = Actor?.Attributes ?? {}
      if (Actor?.ID !== undefined) yield sourceFrom(Actor.ID, name, marks)
    }
  } catch (error) {
    if (!signal.aborted) throw engineErrorFrom(error, doing)
  }
  if (!signal.aborted) throw new BackendError('The Docker engine has ended', { code: 'ENGINE_LOST', retryable: true })
}

async function* nothing(): AsyncGenerator<LogSource, void, void> {}

/** One JSON document a line. */
async function* documents(chunks: AsyncIterable<Buffer>): AsyncGenerator<StartEvent, void, void> {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as StartEvent
  }
}
