import type Dockerode from 'dockerode'
import type { Container } from 'dockerode'
import type { WorkerDecision } from '../../../protocol/control-answers.ts'
import { BackendError } from '../../errors.ts'
import type {
  EndOptions,
  FleetBackend,
  FleetRecord,
  FleetView,
  LockOptions,
  MemberRequest,
  Readiness,
} from '../../fleet-backend.ts'
import type { LoginFor } from '../../registry/registry-login.ts'
import type { WorkerSpec } from '../../worker-spec.ts'
import { attempt } from './attempt.ts'
import { containerOptions } from './container-options.ts'
import { DockerImages } from './docker-images.ts'
import { viewOf } from './engine-view.ts'
import { takeLock } from './fleet-lock.ts'
import { FleetReader } from './fleet-reader.ts'
import { writeRecord } from './fleet-record.ts'
import { askToLeave, removeContainer, startContainer, terminate, untilEnded, untilReady } from './member-life.ts'
import { containerName, isOfFleet, labels, newVolumeName, ofFleet, successorName } from './names.ts'
import { type Fit, fitFor } from './podman-ways.ts'
import { putFiles } from './put-files.ts'

/** Fleets of containers on one Docker engine. */
export class DockerFleet implements FleetBackend, AsyncDisposable {
  readonly #docker: Dockerode
  readonly #reader: FleetReader
  readonly #loginFor: LoginFor
  #fit: Promise<Fit> | undefined

  /** @param loginFor for the registries of images; without it only what is public can be fetched */
  constructor(docker: Dockerode, loginFor: LoginFor = async () => undefined) {
    this.#docker = docker
    this.#loginFor = loginFor
    this.#reader = new FleetReader(viewOf(docker))
  }

  /** What an image of this engine is, and how one comes to be there. */
  get images(): DockerImages {
    return new DockerImages(this.#docker, this.#loginFor)
  }

  /** Nothing is held open. */
  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** The names of all fleets on this engine. */
  async fleets(): Promise<string[]> {
    return await this.#reader.fleets()
  }

  async view(fleet: string): Promise<FleetView> {
    return await this.#reader.view(fleet)
  }

  async remember(fleet: string, record: FleetRecord | undefined): Promise<void> {
    await attempt('note the size of the fleet', () => writeRecord(this.#docker, fleet, record))
  }

  async create(slot: number, spec: WorkerSpec, { isSuccessor }: { readonly isSuccessor: boolean }): Promise<string> {
    const name = (isSuccessor ? successorName : containerName)(spec.fleet, slot)
    return await attempt(`make the container ${name}`, async () => {
      this.#fit ??= fitFor(this.#docker)
      const fitted = await this.#fit
      const volume = newVolumeName(spec.fleet, slot)
      const options = await fitted({ name, ...containerOptions(spec, { slot, volume }) })
      const marks = { [labels.managed]: 'true', [labels.fleet]: spec.fleet, [labels.slot]: `${slot}` }
      await this.#docker.createVolume({ Name: volume, Labels: marks })
      const container = await this.#docker.createContainer(options).catch((error) => this.#takeBack(volume, error))
      await putFiles(container, spec.files).catch((error) => this.#unmake(container, error))
      return container.id
    })
  }

  async start(id: string): Promise<void> {
    await attempt('start a worker', () => startContainer(this.#docker.getContainer(id)))
  }

  async ask(id: string, request: MemberRequest): Promise<WorkerDecision | undefined> {
    return await attempt('ask a worker', () => askToLeave(this.#docker.getContainer(id), request))
  }

  async terminate(id: string, options: EndOptions): Promise<void> {
    await attempt('end a worker', () => terminate(this.#docker.getContainer(id), options), options.signal)
  }

  async untilReady(id: string, signal: AbortSignal): Promise<Readiness> {
    return await attempt('wait for a worker', () => untilReady(this.#docker.getContainer(id), signal), signal)
  }

  async untilEnded(id: string, signal: AbortSignal): Promise<void> {
    await attempt('wait for a worker', () => untilEnded(this.#docker.getContainer(id), signal), signal)
  }

  async remove(id: string): Promise<void> {
    await attempt('remove a worker', () => removeContainer(this.#docker, this.#docker.getContainer(id)))
  }

  async settleName(id: string): Promise<void> {
    await attempt("give a worker its place's name", async () => {
      const container = this.#docker.getContainer(id)
      const { Name, Config } = await container.inspect()
      const name = containerName(Config.Labels[labels.fleet] ?? '', Number(Config.Labels[labels.slot]))
      if (Name.slice(1) !== name) await container.rename({ name })
    })
  }

  async removeLeftovers(fleet: string): Promise<void> {
    await attempt('remove what is left of workers', async () => {
      const label = ofFleet(fleet, labels.slot)
      const { Volumes } = await this.#docker.listVolumes({ filters: { label, dangling: ['true'] } })
      const left = Volumes.filter(({ Labels }) => isOfFleet(Labels, fleet, labels.slot))
      for (const { Name } of left) await this.#docker.getVolume(Name).remove().catch(unlessInUse)
    })
  }

  async lock(fleet: string, options: LockOptions): Promise<AsyncDisposable> {
    return await attempt(
      'lock the fleet',
      async () => {
        const imageId = options.imageId ?? (await this.#imageOf(fleet))
        return await takeLock({ docker: this.#docker, fleet, imageId }, options)
      },
      options.signal,
    )
  }

  async #imageOf(fleet: string): Promise<string> {
    const [first] = await this.#docker.listContainers({ all: true, filters: { label: ofFleet(fleet, labels.slot) } })
    if (!first) throw new BackendError(`The fleet "${fleet}" has no workers that could be changed`)
    return first.ImageID
  }

  async #unmake(container: Container, error: unknown): Promise<never> {
    await removeContainer(this.#docker, container).catch(() => {})
    throw error
  }

  async #takeBack(volume: string, error: unknown): Promise<never> {
    await this.#docker
      .getVolume(volume)
      .remove()
      .catch(() => {})
    throw error
  }
}

function unlessInUse(error: { statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error
}
