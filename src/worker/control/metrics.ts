import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { auxotVersion } from '../../shared/version.ts'
import { type Series, series } from './metric-series.ts'
import type { ReportSources } from './status-report.ts'
import type { JobFinished } from './worker-record.ts'

const durationBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600]
const firstTokenBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]

/** What Prometheus reads of a worker. Loaded only where somebody may ask: prom-client takes longer to import than a worker to start. */
export class WorkerMetrics {
  readonly #registry = new Registry()
  readonly #duration: Histogram
  readonly #firstToken: Histogram

  constructor(sources: ReportSources) {
    this.#showInfo(sources)
    for (const each of series) this.#show(each, sources)
    this.#duration = this.#histogram(
      'auxot_job_duration_seconds',
      'How long jobs took, however they ended.',
      durationBuckets,
    )
    this.#firstToken = this.#histogram(
      'auxot_job_first_token_seconds',
      'From a job to the first of its answer that was passed on.',
      firstTokenBuckets,
    )
    sources.record.onFinished = (job) => this.#observe(job)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** All series as they are now, in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #observe({ durationMs, firstTokenMs }: JobFinished): void {
    this.#duration.observe(durationMs / 1_000)
    if (firstTokenMs !== undefined) this.#firstToken.observe(firstTokenMs / 1_000)
  }

  #showInfo({ config }: ReportSources): void {
    const labels = { version: auxotVersion(), claude_version: config.claude.version, router: config.router.http.origin }
    const facts = { name: 'auxot_worker_info', help: 'Always 1; the labels say what runs.' }
    new Gauge({ ...facts, labelNames: Object.keys(labels), registers: [this.#registry] }).set(labels, 1)
  }

  #show(each: Series, sources: ReportSources): void {
    const { name, help, label, type } = each
    const facts = { name, help, labelNames: label === undefined ? [] : [label], registers: [this.#registry] }
    const samples = () => samplesOf(each, sources)
    // Counted elsewhere: what is read is the whole count, not what has been added.
    if (type === 'counter') {
      const collect = function (this: Counter) {
        this.reset()
        for (const { labels, value } of samples()) this.inc(labels, value)
      }
      new Counter({ ...facts, collect })
    } else {
      const collect = function (this: Gauge) {
        for (const { labels, value } of samples()) this.set(labels, value)
      }
      new Gauge({ ...facts, collect })
    }
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.#registry] })
  }
}

function samplesOf(each: Series, sources: ReportSources) {
  if (each.label === undefined) return [{ labels: {}, value: each.read(sources) }]
  const { label } = each
  return Object.entries(each.read(sources)).map(([key, value]) => ({ labels: { [label]: key }, value }))
}
