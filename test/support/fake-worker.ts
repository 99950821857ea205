import { once } from 'node:events'
import { WebSocket } from 'ws'
import { WaitingQueue } from '../../src/dev/waiting-queue.ts'
import { decodeRouterMessage, encodeWorkerMessage } from '../../src/protocol/codec.ts'
import type { RouterMessage } from '../../src/protocol/router-messages.ts'
import type { Capabilities, WorkerMessage } from '../../src/protocol/worker-messages.ts'

/** A router's message, of one type. */
export type RouterMessageOf<Type extends RouterMessage['type']> = Extract<RouterMessage, { type: Type }>

const limitMs = 60_000

/** The other end of a router: a bare socket that says what a test tells it to say, and keeps what it hears. */
export class FakeWorker implements AsyncDisposable {
  readonly #socket: WebSocket
  readonly #heard = new WaitingQueue<RouterMessage>()
  /** Every frame as it came. */
  readonly frames: string[] = []
  /** Close code, once the connection has ended. */
  readonly closed: Promise<number>

  constructor(url: string) {
    this.#socket = new WebSocket(url, { perMessageDeflate: false })
    this.closed = new Promise((resolve) => this.#socket.once('close', resolve))
    // A socket that fails to open, or breaks, also closes; that is what tests look at.
    this.#socket.on('error', () => {})
    this.#socket.on('message', (data) => {
      this.frames.push(String(data))
      const decoded = decodeRouterMessage(String(data))
      if (decoded.kind === 'message') this.#heard.push(decoded.message)
    })
  }

  /** Resolves when the socket is open. */
  async opened(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) await once(this.#socket, 'open')
  }

  send(message: WorkerMessage): void {
    this.sendRaw(encodeWorkerMessage(message))
  }

  sendRaw(text: string): void {
    this.#socket.send(text)
  }

  /** The next message of a type that no earlier call has seen. */
  async next<Type extends RouterMessage['type']>(type: Type): Promise<RouterMessageOf<Type>> {
    const message = await this.#heard.next((each) => each.type === type, limitMs, `"${type}" from the router`)
    return message as RouterMessageOf<Type>
  }

  /** The next message of a type, as it stood on the wire. */
  async nextFrame(type: 'job'): Promise<{ job_id: string; [field: string]: unknown }> {
    const { job_id } = await this.next(type)
    const isIt = (frame: { type: string; job_id: string }) => frame.type === type && frame.job_id === job_id
    return this.frames.map((frame) => JSON.parse(frame)).findLast(isIt)
  }

  /** Says hello and waits for the answer. */
  async hello(key: string, capabilities: Partial<Capabilities> = {}): Promise<RouterMessageOf<'hello_ack'>> {
    await this.opened()
    this.send({ type: 'hello', gpu_key: key, capabilities: { ...plainCapabilities, ...capabilities } })
    return this.next('hello_ack')
  }

  /** Sends `config` and waits for its answer. */
  async configure(capabilities: Partial<Capabilities> = {}): Promise<void> {
    this.send({ type: 'config', capabilities: { ...plainCapabilities, ...capabilities } })
    await this.next('config_ack')
  }

  /** Streams the pieces and completes the job with their text. */
  answer(
    jobId: string,
    pieces: readonly string[],
    rest: Partial<Extract<WorkerMessage, { type: 'complete' }>> = {},
  ): void {
    for (const token of pieces) this.send({ type: 'token', job_id: jobId, token })
    this.send({ type: 'complete', job_id: jobId, full_response: pieces.join(''), ...rest })
  }

  close(code = 1000): void {
    this.#socket.close(code)
  }

  /** Says goodbye, and reads nothing from then on: the connection stays half closed. */
  sayGoodbye(code = 1000): void {
    this.#socket.close(code)
    this.#socket.pause()
  }

  /** Breaks the connection off. */
  drop(): void {
    this.#socket.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.terminate()
    await this.closed
  }
}

const plainCapabilities: Capabilities = { backend: 'claude', model: 'sonnet', ctx_size: 200_000, total_slots: 1 }

/** A worker that is in: hello and config are done. */
export async function joinRouter(
  router: { readonly workerUrl: string; readonly workerKey: string },
  capabilities: Partial<Capabilities> = {},
): Promise<FakeWorker> {
  const worker = new FakeWorker(router.workerUrl)
  await worker.hello(router.workerKey, capabilities)
  await worker.configure(capabilities)
  return worker
}
