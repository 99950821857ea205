import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Dockerode from 'dockerode'
import { docker } from './engine.ts'
import type { FleetEngine } from './fleet-on-trial.ts'
import { processesBelow } from './processes-below.ts'

const limitMs = 60_000

/** Why no engine of a test's own can be had here; undefined where it can. */
export const whyNoOwnEngine = findReason()

/** A Docker engine that a test may end and start again, beside the one of all tests. */
export class OwnEngine implements FleetEngine, AsyncDisposable {
  readonly docker: Dockerode
  readonly env: Readonly<Record<string, string>>
  readonly #folder = mkdtempSync(join(tmpdir(), 'auxot-own-engine-'))
  readonly #socket = join(this.#folder, 'docker.sock')
  readonly #log = join(this.#folder, 'log')
  readonly #bridge: Bridge
  readonly #options: readonly string[]
  #daemon: ChildProcess | undefined

  private constructor(bridge: Bridge, options: readonly string[]) {
    this.#bridge = bridge
    this.#options = options
    this.docker = new Dockerode({ socketPath: this.#socket })
    this.env = { DOCKER_HOST: `unix://${this.#socket}` }
  }

  /** Resolves when it listens. @param options of dockerd, beside those that every engine of a test has */
  static async open(options: readonly string[] = []): Promise<OwnEngine> {
    const engine = new OwnEngine(await makeBridge(), options)
    try {
      await engine.start()
      return engine
    } catch (error) {
      await engine[Symbol.asyncDispose]()
      throw error
    }
  }

  /** To be called after its end; resolves when it listens again. */
  async start({ keepsContainers = false } = {}): Promise<void> {
    const place = ['data-root', 'exec-root', 'pidfile'].map((name) => `--${name}=${join(this.#folder, name)}`)
    const log = openSync(this.#log, 'w')
    const argv = [`--host=unix://${this.#socket}`, ...place, `--bridge=${this.#bridge.name}`, '--iptables=false']
    argv.push(...this.#options)
    if (keepsContainers) argv.push('--live-restore')
    this.#daemon = spawn('dockerd', argv, { stdio: ['ignore', log, log] })
    closeSync(log)
    await this.#listens(this.#daemon)
  }

  /** Resolves when its process is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const daemon = this.#daemon
    this.#daemon = undefined
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return
    const ended = once(daemon, 'exit', { signal: AbortSignal.timeout(limitMs) })
    daemon.kill(signal)
    await ended
    // Its containerd dies with it, and is nobody's child then. An engine takes one for alive that init has not buried yet.
    rmSync(join(this.#folder, 'exec-root', 'containerd', 'containerd.pid'), { force: true })
  }

  /** Takes an image over from the engine of all tests. */
  async take(image: string): Promise<void> {
    const answer = await this.docker.loadImage(await docker.getImage(image).get())
    for await (const _ of answer);
  }

  /** Processes and mounts of its that are there. */
  get traces(): { readonly pids: readonly number[]; readonly mounts: readonly string[] } {
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .flatMap((line) => line.split(' ')[1] ?? [])
      .filter((path) => path.startsWith(this.#folder))
    return { pids: processesBelow(this.#folder), mounts }
  }

  /** Whatever a test did, nothing of it is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGTERM')
    const { pids, mounts } = this.traces
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    for (const path of mounts.toReversed()) execFileSync('umount', ['--lazy', path])
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
    await this.#bridge.network.remove()
  }

  async #listens(daemon: ChildProcess): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const log = () => readFileSync(this.#log, 'utf8')
    const look = () => log().includes('API listen on') && resolve()
    const fail = (why: string) => reject(new Error(`the engine of the test ${why}:\n${log().slice(-2_000)}`))
    const watcher = watch(this.#log, look)
    const limit = setTimeout(() => fail(`does not listen after ${limitMs} ms`), limitMs)
    const onExit = () => fail('has ended')
    daemon.once('exit', onExit)
    look()
    try {
      await promise
    } finally {
      watcher.close()
      clearTimeout(limit)
      daemon.off('exit', onExit)
    }
  }
}

interface Bridge {
  readonly name: string
  readonly network: Dockerode.Network
}

/**
 * A bridge for an engine of its own, made by the one of all tests. An engine that is told to have none takes the usual one away, which
 * is the other's.
 */
async function makeBridge(): Promise<Bridge> {
  const name = `auxot${randomBytes(4).toString('hex')}`
  const options = { 'com.docker.network.bridge.name': name }
  return { name, network: await docker.createNetwork({ Name: name, Driver: 'bridge', Options: options }) }
}

function findReason(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can start an engine'
  try {
    execFileSync('dockerd', ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'there is no dockerd'
  }
}
