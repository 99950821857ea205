import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContainerInspectInfo, default as Dockerode } from 'dockerode'
import { type DevRouter, type DevRouterOptions, startDevRouter } from '../../src/dev/dev-router.ts'
import { type EchoModel, type EchoModelOptions, startEchoModel } from '../../src/dev/echo-model.ts'
import { ReleaseStack } from '../../src/shared/disposal.ts'
import { Canaries } from './canaries.ts'
import { docker } from './engine.ts'
import { readDocument } from './json-documents.ts'
import { type AuxotResult, type RunningAuxot, runAuxot, startAuxot } from './run-auxot.ts'
import { workerImage } from './worker-image.ts'

/** All that containers need to find on this host. */
export interface FleetOptions {
  readonly router?: Partial<DevRouterOptions>
  readonly model?: EchoModelOptions
  /** Another engine than that of all tests; the workers' image has to be there. */
  readonly engine?: FleetEngine
}

/** An engine, and how a program finds it that has an environment of its own. */
export interface FleetEngine {
  readonly docker: Dockerode
  readonly env: Readonly<Record<string, string>>
}

/** What a scale came to, as its document says. */
export interface ScaleDocument {
  readonly before: number
  readonly after: number
  readonly changed: boolean
  readonly converged: boolean
  readonly actions: readonly {
    readonly op: string
    readonly worker: string
    readonly reason: string
    readonly was?: string
    readonly job?: string
    readonly result?: string
    readonly detail?: string
  }[]
}

/** A fleet of its own on the engine, a router and a model on this host, and the command line as an operator has it. */
export class FleetOnTrial implements AsyncDisposable {
  readonly name: string
  readonly router: DevRouter
  readonly model: EchoModel
  /** The secrets, which are nowhere else. */
  readonly canaries: Canaries
  readonly env: Readonly<Record<string, string>>
  readonly image: string
  readonly #docker: Dockerode
  readonly #opened: ReleaseStack

  private constructor(
    parts: Pick<FleetOnTrial, 'name' | 'router' | 'model' | 'canaries' | 'env' | 'image'> & {
      docker: Dockerode
      opened: ReleaseStack
    },
  ) {
    this.name = parts.name
    this.router = parts.router
    this.model = parts.model
    this.canaries = parts.canaries
    this.env = parts.env
    this.image = parts.image
    this.#docker = parts.docker
    this.#opened = parts.opened
  }

  static async open(options: FleetOptions = {}): Promise<FleetOnTrial> {
    const { router: routerOptions, model: modelOptions, engine = everybodysEngine } = options
    const opened = new ReleaseStack()
    const canaries = new Canaries()
    const name = `t${randomUUID().slice(0, 8)}`
    const { name: image } = await workerImage()
    const { workerKey } = canaries
    // All of this host's addresses: containers come by that of their bridge.
    const router = opened.use(await startDevRouter({ dialect: 'public', host: '0.0.0.0', workerKey, ...routerOptions }))
    const model = opened.use(await startEchoModel({ host: '0.0.0.0', ...modelOptions }))
    const folder = mkdtempSync(join(tmpdir(), 'auxot-fleet-'))
    opened.defer(() => rmSync(folder, { recursive: true }))
    const keyFile = join(folder, 'key')
    writeFileSync(keyFile, workerKey, { mode: 0o600 })
    const env = {
      ...engine.env,
      AUXOT_ROUTER_URL: `http://127.0.0.1:${new URL(router.httpUrl).port}`,
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${new URL(model.url).port}`,
      AUXOT_GPU_KEY_FILE: keyFile,
      CLAUDE_CODE_OAUTH_TOKEN: canaries.token,
      AUXOT_FLEET: name,
      AUXOT_IMAGE: image,
    }
    const fleet = new FleetOnTrial({ name, router, model, canaries, env, image, docker: engine.docker, opened })
    opened.defer(() => fleet.#sweep())
    return fleet
  }

  /** Runs `auxot` as the fleet's operator. */
  auxot(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<AuxotResult> {
    return runAuxot(argv, { env: { ...this.env, ...env }, limitMs: 300_000 })
  }

  /** Starts `auxot` as the fleet's operator. */
  start(argv: readonly string[]): RunningAuxot {
    return startAuxot(argv, { env: this.env, limitMs: 300_000 })
  }

  /** `auxot worker scale SIZE --json`, which must not fail. */
  async scale(size: number | string, ...flags: readonly string[]): Promise<ScaleDocument> {
    const { code, stdout, stderr } = await this.auxot(['worker', 'scale', '--json', ...flags, '--', `${size}`])
    if (code !== 0) throw new Error(`scale ${size} ended with ${code}:\n${stdout}\n${stderr}`)
    return readDocument<ScaleDocument>(stdout, 'auxot.worker.scale/v1')
  }

  /** The fleet's containers as the engine has them, in the order of their names. */
  async containers(): Promise<ContainerInspectInfo[]> {
    const filters = { label: [`com.auxot.fleet=${this.name}`, 'com.auxot.slot'] }
    const list = await this.#docker.listContainers({ all: true, filters })
    const looks = await Promise.allSettled(list.map(({ Id }) => this.#docker.getContainer(Id).inspect()))
    // One that is gone since it was listed is not there any more.
    const found = looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []))
    return found.sort((a, b) => (a.Name < b.Name ? -1 : 1))
  }

  /** The slots that have a container. */
  async slots(): Promise<number[]> {
    return (await this.containers()).map(({ Config }) => Number(Config.Labels['com.auxot.slot']))
  }

  /** Which runs of which containers there are: the same text means that nobody was touched. */
  async runs(): Promise<string[]> {
    return (await this.containers()).map(({ Name, Id, State }) => `${Name} ${Id} ${State.StartedAt}`)
  }

  /** Submits a job that asks one question. */
  ask(content: string) {
    return this.router.submit({ messages: [{ role: 'user', content }] })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]()
  }

  /** Nothing of the fleet is left at the engine, whatever a test did. */
  async #sweep(): Promise<void> {
    const label = [`com.auxot.fleet=${this.name}`]
    const containers = await this.#docker.listContainers({ all: true, filters: { label } })
    // Some may be going already.
    await Promise.allSettled(containers.map(({ Id }) => this.#docker.getContainer(Id).remove({ force: true })))
    const { Volumes } = await this.#docker.listVolumes({ filters: { label } })
    await Promise.all(Volumes.map(({ Name }) => this.#docker.getVolume(Name).remove()))
  }
}

const { DOCKER_HOST } = process.env
const everybodysEngine: FleetEngine = { docker, env: DOCKER_HOST ? { DOCKER_HOST } : {} }
