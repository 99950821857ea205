import type { WebSocket } from 'ws'

/** A message longer than this leaves in pieces. */
const pieceBytes = 256 * 1024

interface Piece {
  readonly data: Buffer
  readonly last: boolean
}

interface Waiter {
  readonly bytes: number
  readonly resolve: () => void
}

/**
 * Writes messages to a WebSocket in order. A long one leaves in pieces, each after the one before it is written:
 * so a router that reads slowly can be told from one that is gone, which takes nothing any more.
 */
export class Outbox {
  readonly #socket: WebSocket
  readonly #progress: () => void
  readonly #pieces: Piece[] = []
  #waitingBytes = 0
  #isPumping = false
  #isOver = false
  #waiters: Waiter[] = []

  /** `progress` is called whenever the network has taken a piece. */
  constructor(socket: WebSocket, progress: () => void) {
    this.#socket = socket
    this.#progress = progress
  }

  /** Bytes not yet written. */
  get bufferedAmount(): number {
    return this.#waitingBytes + this.#socket.bufferedAmount
  }

  push(text: string): void {
    if (!this.#isPumping && text.length <= pieceBytes) {
      this.#socket.send(text, () => this.#wakeWaiters())
    } else {
      this.#cut(Buffer.from(text))
      if (!this.#isPumping) this.#pump()
    }
  }

  /** Resolves once at most `bytes` are left to write, or the socket is gone; rejects with the signal's reason. */
  async settled(bytes: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#isOver || this.bufferedAmount <= bytes) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter = { bytes, resolve }
    const signalOnAbort = () => reject(signal?.reason)
    signal?.addEventListener('abort', signalOnAbort, { once: true })
    this.#waiters.push(waiter)
    try {
      await promise
    } finally {
      signal?.removeEventListener('abort', signalOnAbort)
      this.#waiters = this.#waiters.filter((other) => other !== waiter)
    }
  }

  /** The socket is gone: what was not written never will be. */
  end(): void {
    this.#isOver = true
    this.#pieces.length = 0
    this.#waitingBytes = 0
    this.#wakeWaiters()
  }

  #cut(data: Buffer): void {
    for (let from = 0; from < data.length; from += pieceBytes) {
      this.#pieces.push({ data: data.subarray(from, from + pieceBytes), last: from + pieceBytes >= data.length })
    }
    this.#waitingBytes += data.length
  }

  #pump(): void {
    const piece = this.#pieces.shift()
    this.#isPumping = piece !== undefined
    if (!piece) return
    this.#waitingBytes -= piece.data.length
    this.#socket.send(piece.data, { binary: false, fin: piece.last }, () => {
      if (this.#isOver) return
      this.#progress()
      this.#wakeWaiters()
      this.#pump()
    })
  }

  #wakeWaiters(): void {
    for (const { bytes, resolve } of this.#waiters) {
      if (this.#isOver || this.bufferedAmount <= bytes) resolve()
    }
  }
}
