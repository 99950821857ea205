import type { Policy } from '../../protocol/policy.ts'
import type { RouterMessage } from '../../protocol/router-messages.ts'
import type { WorkerMessage } from '../../protocol/worker-messages.ts'
import type { AuxotError } from '../../shared/errors.ts'

/** What a router says that the worker acts on; the rest is the link's own business. */
export type WorkMessage = Exclude<RouterMessage, { type: 'hello_ack' | 'config_ack' | 'heartbeat_ack' }>

/** One accepted connection. A job belongs to the one it came on; nothing of it is ever sent on another. */
export interface RouterConnection {
  /** Counts the tries of this link. */
  readonly id: number
  /** When the router accepted the worker: the start of its first window for jobs. */
  readonly helloAckAt: number
  /** False from the moment it is lost or given up. */
  readonly isOpen: boolean
  /** Bytes that were sent and are not yet written to the network. */
  readonly bufferedAmount: number
  /** Sends, in order. Returns false, and sends nothing, when the connection is gone. */
  send(message: WorkerMessage): boolean
  /** Resolves when little is buffered or the connection is gone; rejects with the signal's reason. */
  drained(signal?: AbortSignal): Promise<void>
}

/** The router accepted the worker. */
export interface Welcome {
  /** The name the router gave the worker, possibly empty. */
  readonly workerId: string
  readonly policy: Policy
  readonly connection: RouterConnection
}

/** A frame that names a job and could not be read; `type` is as the router wrote it. */
export interface UnreadableFrame {
  readonly type: string
  readonly jobId: string
  /** What is wrong with it, without its contents. */
  readonly problem: string
}

/** Why there is no connection, one closed list for logs and metrics. */
export const failureKinds = [
  /** No socket could be opened. */
  'unreachable',
  /** The router did not answer in time. */
  'no-answer',
  /** The router answered and said no, for now. */
  'rejected',
  /** The router closed the connection with a close frame. */
  'closed',
  /** The connection ended without one. */
  'dropped',
  /** Nothing was heard for three heartbeat intervals. */
  'silent',
] as const
export type FailureKind = (typeof failureKinds)[number]

/** Why a try failed or a connection was lost, for people. */
export interface LinkFailure {
  readonly kind: FailureKind
  /** A sentence without its capital and full stop. */
  readonly reason: string
  /** The way out, a whole sentence. */
  readonly hint?: string | undefined
  /** The delay the router asked for. */
  readonly retryInMs?: number | undefined
}

/** A try failed or a connection was lost without having been asked to. */
export interface LinkLoss extends LinkFailure {
  /** The connection whose jobs are lost; absent where the try did not get so far. */
  readonly connection?: RouterConnection | undefined
  /** When the next try begins. */
  readonly retryInMs: number
}

/** Something the operator should know and the worker can live with. */
export type LinkWarningCode = 'ROUTER_UNENCRYPTED' | 'CONFIG_REFUSED' | 'CONFIG_UNANSWERED'

/**
 * How the worker hears from the link. Every `up` is followed by one `down`, unless the worker itself left or closed.
 * A handler may call the link.
 */
export interface LinkHandlers {
  /** A try begins, the first, second, third … since the last connection. */
  connecting(attempt: number): void
  up(welcome: Welcome): void
  /** Only between `up` and the connection's end. */
  message(message: WorkMessage, connection: RouterConnection): void
  unreadable(frame: UnreadableFrame, connection: RouterConnection): void
  down(loss: LinkLoss): void
  /** The router will not have this worker, for its key or its policy: no connection, and no further try until `rejoin()`. */
  refused(error: AuxotError): void
  warning(code: LinkWarningCode, message: string): void
}
