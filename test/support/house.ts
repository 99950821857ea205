import { type DevRouter, type DevRouterOptions, type JobToSubmit, startDevRouter } from '../../src/dev/dev-router.ts'
import { type EchoModel, type EchoModelOptions, startEchoModel } from '../../src/dev/echo-model.ts'
import { ReleaseStack } from '../../src/shared/disposal.ts'
import { watchForLeaks } from './leak-watch.ts'
import { openOwnTmpdir } from './own-tmpdir.ts'
import { type Surroundings, WorkerOnTrial, type WorkerWishes } from './worker-on-trial.ts'

/** What stands in a test's house; everything has a default. */
export interface HouseOptions {
  readonly worker?: WorkerWishes
  readonly dialect?: DevRouterOptions['dialect']
  readonly router?: Partial<DevRouterOptions>
  readonly model?: EchoModelOptions
}

/** A router, a model, and workers between them, each of them whole. Nothing of it may be left when it is disposed. */
export class House implements AsyncDisposable {
  readonly router: DevRouter
  readonly model: EchoModel
  /** The close codes of workers' connections, each with how many frames the router had received by then. */
  readonly closed: readonly { readonly code: number; readonly after: number }[]
  /** Where the workers keep their folders. */
  readonly folder: string
  readonly #surroundings: Surroundings
  readonly #opened: ReleaseStack

  private constructor(parts: Pick<House, 'router' | 'model' | 'closed' | 'folder'> & { opened: ReleaseStack }) {
    this.router = parts.router
    this.model = parts.model
    this.closed = parts.closed
    this.folder = parts.folder
    this.#opened = parts.opened
    this.#surroundings = {
      routerUrl: parts.router.httpUrl,
      workerKey: parts.router.workerKey,
      modelUrl: parts.model.url,
    }
  }

  /** Opens a house without workers. */
  static async open({ dialect = 'public', router: more, model: modelOptions }: HouseOptions = {}): Promise<House> {
    const opened = new ReleaseStack()
    const folder = openOwnTmpdir(opened, 'auxot-house-')
    opened.defer(watchForLeaks(folder))
    const closed: { code: number; after: number }[] = []
    const log = closeLog((code) => closed.push({ code, after: router.received.length }))
    const router: DevRouter = opened.use(await startDevRouter({ dialect, log, ...more }))
    const model = opened.use(await startEchoModel(modelOptions))
    return new House({ router, model, closed, folder, opened })
  }

  /** Adds a worker, which is stopped with the house. It may be told another way to the router. */
  async add(wishes: WorkerWishes = {}, routerUrl = this.#surroundings.routerUrl): Promise<WorkerOnTrial> {
    return this.#opened.use(await WorkerOnTrial.start({ ...this.#surroundings, routerUrl }, wishes))
  }

  /** Starts a worker that the test itself sees to the end of. */
  start(wishes: WorkerWishes): Promise<WorkerOnTrial> {
    return WorkerOnTrial.start(this.#surroundings, wishes)
  }

  /** Submits a job that asks one question. */
  ask(content: string, more: Partial<JobToSubmit> = {}) {
    return this.router.submit({ messages: [{ role: 'user', content }], ...more })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]()
  }
}

/** A house with one worker, which the router has accepted. */
export async function openHouse(options: HouseOptions = {}): Promise<House & { readonly worker: WorkerOnTrial }> {
  const house = await House.open(options)
  try {
    const worker = await house.add(options.worker)
    await house.router.ready()
    return Object.assign(house, { worker })
  } catch (error) {
    await house[Symbol.asyncDispose]()
    throw error
  }
}

/** Hears from the router's log with which codes workers go. */
function closeLog(onGone: (code: number) => void): NonNullable<DevRouterOptions['log']> {
  const hear = (fields: unknown) => {
    const { code } = fields as { code?: number }
    if (code !== undefined) onGone(code)
  }
  const log = { trace: hear, debug: hear, info: hear, warn: hear, error: hear, child: () => log }
  return log as NonNullable<DevRouterOptions['log']>
}
