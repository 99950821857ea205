import type { ReceivedOf, ReceivedWorkerMessage } from '../../protocol/worker-messages.ts'
import { WaitingQueue } from '../waiting-queue.ts'
import type { JobMove } from './job-move.ts'

/** A worker's message and where it came from. */
export interface ReceivedFrame {
  /** The connection's id, which is the `gpu_id` its worker was given. */
  readonly connection: string
  readonly message: ReceivedWorkerMessage
  /** `performance.now()` when it had been read. */
  readonly receivedAtMs: number
}

/** Something a worker did that a real router would log as odd, and go on. */
export interface Complaint {
  readonly connection: string
  readonly problem: string
}

/**
 * What workers said to the router and which jobs went to them, in order. Only the newest `limit` of either are kept:
 * `auxot dev` may run for days.
 */
export class Record {
  readonly #limit: number
  #received: ReceivedFrame[] = []
  #moves: JobMove[] = []
  readonly #unseen: WaitingQueue<ReceivedFrame>
  readonly complaints: Complaint[] = []

  constructor(limit: number) {
    this.#limit = limit
    this.#unseen = new WaitingQueue(limit)
  }

  get received(): readonly ReceivedFrame[] {
    return this.#received
  }

  get moves(): readonly JobMove[] {
    return this.#moves
  }

  add(frame: ReceivedFrame): void {
    this.#received = this.#withRoom(this.#received)
    this.#received.push(frame)
    this.#unseen.push(frame)
  }

  move(move: JobMove): void {
    this.#moves = this.#withRoom(this.#moves)
    this.#moves.push(move)
  }

  complain(complaint: Complaint): void {
    if (this.complaints.length < this.#limit) this.complaints.push(complaint)
  }

  /** The next message of a type that no earlier call has seen. */
  async next<Type extends ReceivedWorkerMessage['type']>(
    type: Type,
    filter: (message: ReceivedOf<Type>, connection: string) => boolean,
    limitMs: number,
  ): Promise<ReceivedOf<Type>> {
    const isWanted = ({ message, connection }: ReceivedFrame) =>
      message.type === type && filter(message as ReceivedOf<Type>, connection)
    const frame = await this.#unseen.next(isWanted, limitMs, `"${type}" from a worker`)
    return frame.message as ReceivedOf<Type>
  }

  close(reason: Error): void {
    this.#unseen.close(reason)
  }

  /** The list itself, or its newer half when it is full. */
  #withRoom<T>(list: T[]): T[] {
    return list.length < this.#limit ? list : list.slice(Math.ceil(this.#limit / 2))
  }
}
