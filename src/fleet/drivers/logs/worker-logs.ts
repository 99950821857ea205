import type Dockerode from 'dockerode'
import { ReleaseStack } from '../../../shared/disposal.ts'
import type { EnginePlaces } from '../engine-address.ts'
import { openEngine } from '../open-engine.ts'
import { containerLog } from './container-log.ts'
import { watchStarts } from './container-starts.ts'
import { FollowedLogs } from './followed-logs.ts'
import type { LogLine, LogSource } from './log-line.ts'
import { LogPlace } from './log-place.ts'
import { logSources } from './log-sources.ts'
import { mergeByMoment } from './merge-by-moment.ts'
import { momentOfMs } from './moments.ts'

/** What is wanted of the workers' logs. */
export interface LogsWish {
  /** Only of this fleet; of all when absent. */
  readonly fleet?: string | undefined
  /** Of these containers, and of those that start later. */
  readonly wants: (source: LogSource) => boolean
  /** Milliseconds since the epoch; from the beginning when absent. */
  readonly sinceMs?: number | undefined
}

/** The logs of the workers in containers. */
export class WorkerLogs {
  readonly #engine: Dockerode

  private constructor(engine: Dockerode) {
    this.#engine = engine
  }

  /** @throws BackendError where there is no engine, or none that can be used */
  static async open(places: EnginePlaces): Promise<WorkerLogs> {
    return new WorkerLogs(await openEngine(places))
  }

  /** The containers that are there now. */
  async sources(fleet?: string): Promise<readonly LogSource[]> {
    return await logSources(this.#engine, fleet)
  }

  /** What was written until now, in the order of time. */
  async *history({ fleet, wants, sinceMs = 0 }: LogsWish, signal: AbortSignal): AsyncGenerator<LogLine, void, void> {
    const sources = (await this.sources(fleet)).filter(wants)
    const since = momentOfMs(sinceMs)
    yield* mergeByMoment(
      sources.map((source) => {
        const place = new LogPlace(since)
        return containerLog({ engine: this.#engine, source, place, follow: false, partsToo: true }, signal)
      }),
    )
  }

  /** The same, and then what is written from now on, by containers too that start later. Ends when the signal aborts. */
  async *follow({ fleet, wants, sinceMs = 0 }: LogsWish, signal: AbortSignal): AsyncGenerator<LogLine, void, void> {
    const engine = this.#engine
    const since = momentOfMs(sinceMs)
    const controller = new AbortController()
    const all = AbortSignal.any([signal, controller.signal])
    await using opened = new ReleaseStack()
    const followed = opened.use(new FollowedLogs({ engine, since, signal: all }))
    opened.defer(() => controller.abort())
    // First of all: no container may start between the look and the listening.
    const starts = await watchStarts(engine, fleet, all)
    const sources = (await this.sources(fleet)).filter(wants)
    const places = new Map(sources.map((source) => [source, new LogPlace(since)]))
    const logs = [...places].map(([source, place]) => ({ engine, source, place, follow: false, partsToo: false }))
    yield* mergeByMoment(logs.map((reading) => containerLog(reading, all)))
    for (const [source, place] of places) followed.follow(source, place)
    followed.listen(only(starts, wants))
    yield* followed.lines()
  }
}

async function* only<Item>(items: AsyncIterable<Item>, wants: (item: Item) => boolean) {
  for await (const item of items) if (wants(item)) yield item
}
