import type { ReceivedOf, ReceivedWorkerMessage } from '../../protocol/worker-messages.ts'
import { WaitingQueue } from '../waiting-queue.ts'

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

/** What workers said to the router, in order. Only the newest `limit` frames are kept: `auxot dev` may run for days. */
export class Record {
  readonly #limit: number
  #received: ReceivedFrame[] = []
  readonly #unseen: WaitingQueue<ReceivedFrame>
  readonly complaints: Complaint[] = []

  constructor(limit: number) {
    this.#limit = limit
    this.#unseen = new WaitingQueue(limit)
  }

  get received(): readonly ReceivedFrame[] {
    return this.#received
  }

  add(frame: ReceivedFrame): void {
    if (this.#received.length >= this.#limit) this.#received = this.#received.slice(Math.ceil(this.#limit / 2))
    this.#received.push(frame)
    this.#unseen.push(frame)
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
}
