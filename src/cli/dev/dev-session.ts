import type { DevRouter } from '../../dev/dev-router.ts'
import { parseRouterUrl } from '../../protocol/router-url.ts'
import type { Environment } from '../../settings/environment.ts'
import { ReleaseStack } from '../../shared/disposal.ts'
import type { AuxotError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { Secret } from '../../shared/secret.ts'
import type { runWorker } from '../../worker/run-worker.ts'
import type { StopRequests } from '../../worker/stop-requests.ts'
import type { WorkerConfig } from '../../worker/worker-config.ts'
import type { WorkerEvent } from '../../worker/worker-events.ts'
import { type FoundClaude, findClaude } from '../resolve-worker.ts'
import type { Step } from '../steps.ts'
import { servingConfigFrom } from '../worker-config.ts'
import type { Reach } from './banner.ts'
import { claudeOfDev } from './claude-of-dev.ts'
import { quieter } from './quieter.ts'
import type { ResolvedDev } from './resolve-dev.ts'
import { stoppedEarly } from './stopped-early.ts'

/** How the worker ended. */
type WorkerEnd = Awaited<ReturnType<typeof runWorker>>

export interface DevSessionDeps {
  readonly env: Environment
  readonly log: Log
  readonly stop: StopRequests
  readonly onEvent: (event: WorkerEvent) => void
}

/** A router, a worker and, offline, a model on this machine; all of it ends with the session. */
export class DevSession implements AsyncDisposable {
  readonly #dev: ResolvedDev
  readonly #deps: DevSessionDeps
  readonly #releases = new ReleaseStack()
  #claude: FoundClaude | undefined
  #echoUrl: string | undefined
  #router: DevRouter | undefined
  #worker: Promise<WorkerEnd> | undefined

  constructor(dev: ResolvedDev, deps: DevSessionDeps) {
    this.#dev = dev
    this.#deps = deps
  }

  /** What has to be done, in order, before the session can be used. */
  get steps(): readonly Step[] {
    return [
      { title: 'Claude Code', run: () => this.#findClaude() },
      { title: 'model', run: () => this.#startModel() },
      { title: 'router', run: () => this.#startRouter() },
      { title: 'worker', run: () => this.#startWorker() },
    ]
  }

  get reach(): Reach {
    const { httpUrl, workerUrl, callerKey, workerKey } = this.#started
    const answeredBy = this.#echoUrl === undefined ? 'Anthropic' : 'the echo model'
    return { httpUrl, workerUrl, callerKey, workerKey, model: this.#dev.settings.values.model, answeredBy }
  }

  /** Resolves when the worker has ended, whoever asked for it. */
  async ended(): Promise<WorkerEnd> {
    return this.#worker ?? { exit: 'done' }
  }

  /** Resolves when the worker has ended: to an error when a request is left that nobody will answer. */
  async leftWithoutAnswer(): Promise<AuxotError | undefined> {
    const { exit, error } = await this.ended()
    const router = this.#started
    await router.until(({ workers }) => workers.length === 0, 'the worker to be gone')
    if (router.waiting.length === 0) return undefined
    return error ?? stoppedEarly(exit)
  }

  /** Lets the worker finish and end. */
  leave(): Promise<WorkerEnd> {
    this.#deps.stop.ask('finish', { by: 'the end of auxot dev', exit: 'terminated' })
    return this.ended()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#releases[Symbol.asyncDispose]()
  }

  get #started(): DevRouter {
    if (!this.#router) throw new Error('the development router was not started')
    return this.#router
  }

  async #findClaude(): Promise<string> {
    this.#claude = await findClaude(this.#dev.settings.values.claudePath, this.#deps.env)
    return this.#claude.version
  }

  async #startModel(): Promise<string> {
    const { credential } = this.#dev
    if (credential) return `Anthropic, with ${credential.secret.source}`
    const { startEchoModel } = await import('../../dev/echo-model.ts')
    // Slow enough to see that the answer comes word by word.
    const model = this.#releases.use(await startEchoModel({ tokenDelayMs: 30, keepRequests: 10 }))
    this.#echoUrl = model.url
    return 'echo, on this machine; no credential is used'
  }

  async #startRouter(): Promise<string> {
    const { port, dialect, tools } = this.#dev.settings.values
    const { startDevRouter } = await import('../../dev/dev-router.ts')
    const policy = { builtin_tools: tools === 'all' ? ['All'] : [...tools] }
    const options = { port, dialect, policy, recordLimit: 10, log: quieter(this.#deps.log) }
    this.#router = this.#releases.use(await startDevRouter(options))
    return this.#router.httpUrl
  }

  async #startWorker(): Promise<string> {
    const { runWorker } = await import('../../worker/run-worker.ts')
    const { log, stop, onEvent } = this.#deps
    const connected = Promise.withResolvers<void>()
    const watch = (event: WorkerEvent) => {
      if (event.type === 'connected') connected.resolve()
      onEvent(event)
    }
    const worker = runWorker(this.#workerConfig(), { log, stop, onEvent: watch })
    this.#worker = worker
    this.#releases.defer(async () => {
      await this.leave()
    })
    const early = await Promise.race([connected.promise, worker])
    if (early?.error) throw early.error
    return early ? 'stopped' : 'connected'
  }

  #workerConfig(): WorkerConfig {
    const { env } = this.#deps
    const { settings } = this.#dev
    const { workerUrl, workerKey } = this.#started
    if (!this.#claude) throw new Error('Claude Code was not looked for')
    const serving = { ...settings.serving, model: settings.values.model, tools: settings.values.tools }
    return {
      ...servingConfigFrom(serving, {}),
      router: parseRouterUrl(workerUrl),
      workerKey: new Secret(workerKey, 'auxot dev'),
      claude: claudeOfDev(this.#dev, { claude: this.#claude, echoUrl: this.#echoUrl }, env),
    }
  }
}
