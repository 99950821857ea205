import type { HelloPlan } from './hello-plan.ts'
import type { WorkerConnection } from './worker-connection.ts'

/** Ways to misbehave, for tests. A connection is named by its id; without one, the only connection there is. */
export class Faults {
  readonly #plans: HelloPlan[] = []
  readonly #connections: () => readonly WorkerConnection[]

  constructor(connections: () => readonly WorkerConnection[]) {
    this.#connections = connections
  }

  /** Breaks a worker's socket off without a close frame. */
  drop(id?: string): void {
    this.#find(id).drop()
  }

  /** Neither reads nor writes any more; the socket stays open until `drop`, and only then is the worker missed. */
  blackHole(id?: string): void {
    this.#find(id).blackHole()
  }

  /** Sends a worker any text at all. */
  sendRaw(text: string, id?: string): void {
    this.#find(id).sendRaw(text)
  }

  /** Closes a worker's socket with a close frame. */
  close(code: number, reason = '', id?: string): void {
    this.#find(id).close(code, reason)
  }

  /** The next connection is treated so; further plans are for further connections. */
  planHello(plan: HelloPlan): void {
    this.#plans.push(plan)
  }

  /** The next hello is answered when the test says so. */
  holdNextHello(): { release(): void } {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    this.planHello({ kind: 'hold', released })
    return { release }
  }

  /** The plan for a connection that comes now. */
  takePlan(): HelloPlan | undefined {
    return this.#plans.shift()
  }

  #find(id: string | undefined): WorkerConnection {
    const all = this.#connections()
    const found = id === undefined ? all : all.filter((connection) => connection.id === id)
    const [connection] = found
    if (connection && found.length === 1) return connection
    throw new Error(
      id === undefined ? `${all.length} workers are connected: name one` : `no worker "${id}" is connected`,
    )
  }
}
