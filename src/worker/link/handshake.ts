import type { Decoded } from '../../protocol/codec.ts'
import { type Policy, policyObjection, policySchema } from '../../protocol/policy.ts'
import type { HelloAck, RouterMessage } from '../../protocol/router-messages.ts'
import { UsageError } from '../../shared/errors.ts'
import type { Secret } from '../../shared/secret.ts'
import type { ConnectionEnd } from './connection-end.ts'
import { isAuthenticationFailure, KeyRefusedError, quoted } from './refusal.ts'

/** The router takes the worker. */
export interface Accepted {
  readonly kind: 'accepted'
  readonly workerId: string
  readonly policy: Policy
}

/** What the router's first answer means. */
export type Answer = Accepted | ConnectionEnd

/** Reads a frame as the answer to `hello`; undefined when it is none. */
export function answerFrom(frame: Decoded<RouterMessage>, key: Secret): Answer | undefined {
  if (frame.kind === 'invalid' && frame.type === 'hello_ack') {
    return rejected(`the router's hello_ack could not be read (${frame.problem})`)
  }
  if (frame.kind !== 'message') return undefined
  const { message } = frame
  if (message.type === 'error') return answerFromRefusal([message.error, message.details], key)
  return message.type === 'hello_ack' ? answerFromHelloAck(message, key) : undefined
}

/** A policy this worker cannot serve under, as the error that ends it. */
function policyRefusal(policy: Policy, key: Secret): UsageError | undefined {
  const objection = policyObjection(policy)
  if (!objection) return undefined
  return new UsageError(`The router accepted the worker key (source: ${key.source}), but ${objection}`, {
    hint: 'Use the key of a provider that is set up for Claude Code workers.',
  })
}

function answerFromHelloAck(ack: HelloAck, key: Secret): Answer {
  if (!ack.success) return answerFromRefusal([ack.error], key, ack.reconnectInSeconds)
  const policy = ack.policy ?? policySchema.parse({})
  const error = policyRefusal(policy, key)
  return error ? { kind: 'refused', error } : { kind: 'accepted', workerId: ack.gpu_id, policy }
}

function answerFromRefusal(words: string[], key: Secret, reconnectInSeconds?: number | null): Answer {
  const said = quoted(words.filter(Boolean).join(': '), key) || 'without giving a reason'
  if (isAuthenticationFailure(said)) return { kind: 'refused', error: new KeyRefusedError(key, said) }
  // Zero seconds would hammer a router that is already saying no.
  return rejected(`the router said no: ${said}`, reconnectInSeconds ? reconnectInSeconds * 1_000 : undefined)
}

function rejected(reason: string, retryInMs?: number): Answer {
  return { kind: 'lost', failure: { kind: 'rejected', reason, retryInMs } }
}
