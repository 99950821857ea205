import { performance } from 'node:perf_hooks'
import type { WebSocket } from 'ws'
import { decodeWorkerMessage } from '../../protocol/codec.ts'
import type { ReceivedOf, ReceivedWorkerMessage } from '../../protocol/worker-messages.ts'
import type { Log } from '../../shared/log.ts'
import type { JobBoard } from '../job-board.ts'
import { type HelloPlan, unknownKey } from './hello-plan.ts'
import { defaultSlots, type RouterMode, type SentPolicy } from './policies.ts'
import type { Record } from './record.ts'
import type { WorkerConnection } from './worker-connection.ts'

export interface WorkerDoorOptions {
  readonly board: JobBoard
  readonly record: Record
  readonly mode: RouterMode
  readonly workerKey: string
  readonly policyFor: (announced: ReceivedOf<'hello'>['capabilities']) => SentPolicy
  readonly log: Log | undefined
  /** Called after every change that somebody may wait for. */
  readonly changed: () => void
}

/** Lets workers in, hears what they say, and notices when they are gone. */
export class WorkerDoor {
  readonly #options: WorkerDoorOptions
  /** Every open connection, seated or not. */
  readonly #connections = new Set<WorkerConnection>()

  constructor(options: WorkerDoorOptions) {
    this.#options = options
  }

  get connections(): readonly WorkerConnection[] {
    return [...this.#connections]
  }

  /** The workers that jobs are given to. */
  get seated(): readonly WorkerConnection[] {
    return this.connections.filter(({ state }) => state === 'seated')
  }

  /** Takes over a worker's new socket. */
  open(connection: WorkerConnection, socket: WebSocket, plan: HelloPlan | undefined): void {
    this.#connections.add(connection)
    socket.on('message', (data) => this.#receive(connection, String(data), plan))
    socket.on('error', (error) =>
      this.#options.log?.debug({ worker: connection.id, error: error.message }, 'socket error'),
    )
    connection.onGoodbye(() => this.#leave(connection))
    socket.on('close', (code) => this.#gone(connection, code))
    this.#options.changed()
  }

  #receive(connection: WorkerConnection, text: string, plan: HelloPlan | undefined): void {
    // A paused socket that ends still gives out what it had read.
    if (connection.isBlackHole) return
    const decoded = decodeWorkerMessage(text)
    if (decoded.kind === 'message') this.#hear(connection, decoded.message, plan)
    else if (decoded.kind === 'unknown') this.#complain(connection, `unknown message type "${decoded.type}"`)
    else this.#complain(connection, `unreadable frame: ${decoded.problem}`)
  }

  #hear(connection: WorkerConnection, message: ReceivedWorkerMessage, plan: HelloPlan | undefined): void {
    this.#options.record.add({ connection: connection.id, message, receivedAtMs: performance.now() })
    if (connection.state === 'seated') {
      this.#handle(connection, message)
    } else if (connection.state === 'new' && message.type === 'hello') {
      connection.state = 'greeted'
      this.#answerHello(connection, message, plan)
    } else {
      this.#complain(connection, `"${message.type}" before the hello was answered`)
      if (connection.state === 'new') connection.hangUp()
    }
  }

  #answerHello(connection: WorkerConnection, hello: ReceivedOf<'hello'>, plan: HelloPlan | undefined): void {
    const verdict = plan ?? (hello.gpu_key === this.#options.workerKey ? undefined : unknownKey)
    if (!verdict) this.#seat(connection, hello)
    else if (verdict.kind === 'hold') void verdict.released.then(() => this.#answerHello(connection, hello, undefined))
    else if (verdict.kind === 'ack' || verdict.kind === 'error') refuse(connection, verdict)
  }

  #seat(connection: WorkerConnection, { capabilities }: ReceivedOf<'hello'>): void {
    if (connection.state !== 'greeted') return
    connection.capabilities = capabilities
    connection.slots = capabilities.total_slots || defaultSlots[this.#options.mode]
    connection.state = 'seated'
    const policy = this.#options.policyFor(capabilities)
    connection.send({ type: 'hello_ack', success: true, gpu_id: connection.id, policy })
    this.#options.log?.info({ worker: connection.id, model: capabilities.model, slots: connection.slots }, 'worker in')
    this.#options.board.join(connection)
  }

  #handle(connection: WorkerConnection, message: ReceivedWorkerMessage): void {
    switch (message.type) {
      case 'hello':
        this.#complain(connection, 'a second "hello"')
        break
      case 'config':
        this.#configure(connection, message)
        break
      case 'heartbeat':
        connection.send({ type: 'heartbeat_ack' })
        break
      default: {
        const problem = this.#options.board.handle(connection, message)
        if (problem) this.#complain(connection, problem)
      }
    }
  }

  #configure(connection: WorkerConnection, { capabilities }: ReceivedOf<'config'>): void {
    connection.capabilities = capabilities
    connection.slots = capabilities.total_slots || connection.slots
    connection.configured = true
    connection.send({ type: 'config_ack', success: true })
    this.#options.board.slotsChanged()
  }

  #gone(connection: WorkerConnection, code: number): void {
    this.#connections.delete(connection)
    this.#options.log?.info({ worker: connection.id, code }, 'worker gone')
    this.#leave(connection)
  }

  /** No job goes there any more. Harmless twice. */
  #leave(connection: WorkerConnection): void {
    const wasSeated = connection.state === 'seated'
    connection.state = 'gone'
    if (wasSeated) this.#options.board.leave(connection)
    this.#options.changed()
  }

  #complain(connection: WorkerConnection, problem: string): void {
    this.#options.record.complain({ connection: connection.id, problem })
    this.#options.log?.warn({ worker: connection.id }, problem)
  }
}

function refuse(connection: WorkerConnection, verdict: Extract<HelloPlan, { kind: 'ack' | 'error' }>): void {
  const { kind, ...refusal } = verdict
  if (kind === 'ack') {
    connection.send({ type: 'hello_ack', success: false, ...refusal })
    connection.close(1008, 'refused')
  } else {
    connection.send({ type: 'error', ...refusal })
    connection.hangUp()
  }
}
