import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import type { Container, ContainerCreateOptions } from 'dockerode'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { type EchoModel, startEchoModel } from '../../src/dev/echo-model.ts'
import { containerOptions } from '../../src/fleet/drivers/docker/container-options.ts'
import { putFiles } from '../../src/fleet/drivers/docker/put-files.ts'
import { ReleaseStack } from '../../src/shared/disposal.ts'
import { Canaries } from './canaries.ts'
import { docker } from './engine.ts'
import { within } from './event-record.ts'
import { runAs } from './run-as.ts'
import { workerImage } from './worker-image.ts'
import { workerSpec } from './worker-spec.ts'

/** What is different from a worker of a fleet. */
interface Differences {
  /** The container's own user, instead of root. */
  readonly user?: string
  readonly env?: Readonly<Record<string, string>>
  /** Of the image's health check. */
  readonly healthEveryMs?: number
}

/** One worker in a container as a fleet makes it, and the router and the model that it goes to, on this host. */
export class WorkerContainer implements AsyncDisposable {
  readonly container: Container
  readonly router: DevRouter
  readonly model: EchoModel
  readonly canaries: Canaries
  /** Of the worker, as the engine is told. */
  readonly user: string
  readonly #opened: ReleaseStack

  private constructor(
    parts: Pick<WorkerContainer, 'container' | 'router' | 'model' | 'canaries' | 'user'> & { opened: ReleaseStack },
  ) {
    this.container = parts.container
    this.router = parts.router
    this.model = parts.model
    this.canaries = parts.canaries
    this.user = parts.user
    this.#opened = parts.opened
  }

  static async start(differences: Differences = {}): Promise<WorkerContainer> {
    const opened = new ReleaseStack()
    try {
      const canaries = new Canaries()
      const { workerKey } = canaries
      // All of this host's addresses: containers come by that of their bridge.
      const policy = { builtin_tools: ['Bash'] }
      const router = opened.use(await startDevRouter({ dialect: 'public', host: '0.0.0.0', workerKey, policy }))
      const model = opened.use(await startEchoModel({ host: '0.0.0.0' }))
      const container = await create({ canaries, router, model }, differences, opened)
      await container.start()
      return new WorkerContainer({ container, router, model, canaries, user: differences.user ?? 'auxot', opened })
    } catch (error) {
      await opened[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Runs a program in the container as the worker's user, and returns what it prints. */
  async run(command: readonly string[], { user } = { user: this.user }): Promise<string> {
    return await runAs(this.container, user, command)
  }

  /** Asks it one question through the router, and returns the answer. */
  async ask(content: string): Promise<string> {
    const end = await this.router.submit({ messages: [{ role: 'user', content }] }).done
    if (end.kind !== 'complete') throw new Error(`the job did not complete: ${JSON.stringify(end)}`)
    return end.message.full_response
  }

  /** What the worker says once it is in one of the states. */
  async until(...states: readonly string[]): Promise<{ readonly state: string; readonly pid: number }> {
    const said = await this.run(['auxot-control', 'wait', '60', ...states])
    if (said === '') throw new Error(`the worker was never ${states.join(' or ')}:\n${(await this.log()).join('\n')}`)
    return JSON.parse(said)
  }

  /** What the worker has logged, line by line. */
  async log(): Promise<string[]> {
    const logged = await this.container.logs({ stdout: true, stderr: true })
    return logged.toString('utf8').split('\n')
  }

  /** Stops it as `docker stop` does. @returns its exit code */
  async stop(): Promise<number> {
    await this.container.stop()
    return (await this.container.inspect()).State.ExitCode
  }

  /** Waits for an event of the container, `health_status: healthy` for one. */
  async event(action: string): Promise<void> {
    const filters = { container: [this.container.id], event: [action.split(':')[0] ?? ''] }
    const since = Math.floor(Date.parse((await this.container.inspect()).Created) / 1_000)
    const events = (await docker.getEvents({ filters: JSON.stringify(filters), since })) as NodeJS.ReadableStream & {
      destroy(): void
    }
    const seen = (async () => {
      for await (const chunk of events) if (chunk.toString().includes(JSON.stringify(action))) return
    })()
    await within(`the event ${action}`, seen).finally(() => events.destroy())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]()
  }
}

type Ends = Pick<WorkerContainer, 'canaries' | 'router' | 'model'>

async function create(ends: Ends, differences: Differences, opened: ReleaseStack): Promise<Container> {
  const volume = `auxot-test-${randomUUID()}`
  await docker.createVolume({ Name: volume })
  opened.defer(() => docker.getVolume(volume).remove())
  const spec = workerSpec({
    imageId: (await workerImage()).id,
    files: [
      { name: 'worker-key', content: ends.canaries.workerKey, isSecret: true },
      { name: 'claude-credential', content: ends.canaries.token, isSecret: true },
    ],
    env: {
      AUXOT_ROUTER_URL: fromInside(ends.router.httpUrl),
      ANTHROPIC_BASE_URL: fromInside(ends.model.url),
      AUXOT_GPU_KEY_FILE: '/run/secrets/worker-key',
      CLAUDE_CODE_OAUTH_TOKEN_FILE: '/run/secrets/claude-credential',
      AUXOT_CLI_TOOLS: 'Bash',
      ...differences.env,
    },
  })
  const container = await docker.createContainer(different(containerOptions(spec, { slot: 1, volume }), differences))
  opened.defer(() => container.remove({ force: true }))
  await putFiles(container, spec.files)
  if (differences.user !== undefined) await giveFiles(volume, differences.user, spec.imageId)
  return container
}

function different(options: ContainerCreateOptions, { user, healthEveryMs }: Differences): ContainerCreateOptions {
  const every = (healthEveryMs ?? 0) * 1e6
  return {
    ...options,
    name: `auxot-test-${randomUUID()}`,
    // No part of any fleet.
    Labels: {},
    // One that ends is to be seen to end.
    HostConfig: { ...options.HostConfig, RestartPolicy: { Name: 'no' } },
    ...(user !== undefined && { User: user }),
    // The test itself is the image's own.
    ...(every > 0 && { Healthcheck: { Interval: every, Timeout: 5e9, StartPeriod: 60e9, Retries: 3 } }),
  }
}

/** Makes another user the owner of the secrets, as an operator would who runs the container as that user. */
async function giveFiles(volume: string, user: string, image: string): Promise<void> {
  const command = ['-c', `chown -R ${user} /secrets`]
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['sh'],
    Cmd: command,
    HostConfig: { Mounts: [{ Type: 'volume', Source: volume, Target: '/secrets' }] },
  })
  try {
    await container.start()
    await container.wait()
  } finally {
    await container.remove({ force: true })
  }
}

/** Runs the shell of an image once, as root, and returns what it prints. */
export async function runShell(image: string, script: string): Promise<string> {
  const container = await docker.createContainer({ Image: image, Entrypoint: ['sh'], Cmd: ['-c', script], Tty: true })
  try {
    const output = await container.attach({ stream: true, stdout: true, stderr: true })
    await container.start()
    return (await text(output)).replaceAll('\r\n', '\n')
  } finally {
    await container.remove({ force: true })
  }
}

function fromInside(url: string): string {
  return `http://host.docker.internal:${new URL(url).port}`
}
