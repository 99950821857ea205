import type { z } from 'zod'
import { type RouterMessage, routerMessageSchema, type SentRouterMessage } from './router-messages.ts'
import { type ReceivedWorkerMessage, type WorkerMessage, workerMessageSchema } from './worker-messages.ts'

/**
 * What a frame turned out to be. Neither side closes the connection for a frame it cannot read:
 * `unknown` is logged once per type, `invalid` each time, and an invalid frame that names a job lets that job be refused.
 */
export type Decoded<Message> =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'unknown'; readonly type: string }
  | { readonly kind: 'invalid'; readonly problem: string; readonly type?: string; readonly jobId?: string }

export function decodeRouterMessage(text: string): Decoded<RouterMessage> {
  return decode(text, routerMessageSchema)
}

export function decodeWorkerMessage(text: string): Decoded<ReceivedWorkerMessage> {
  return decode(text, workerMessageSchema)
}

export function encodeWorkerMessage(message: WorkerMessage): string {
  return JSON.stringify(message)
}

export function encodeRouterMessage(message: SentRouterMessage): string {
  return JSON.stringify(message)
}

const knownTypes = new Map<z.ZodDiscriminatedUnion, ReadonlySet<unknown>>()

function decode<Schema extends z.ZodDiscriminatedUnion>(text: string, schema: Schema): Decoded<z.output<Schema>> {
  const frame = parseObject(text)
  if (!frame) return { kind: 'invalid', problem: 'the frame is not a JSON object' }
  const { type, job_id: jobId } = frame
  if (typeof type !== 'string') return { kind: 'invalid', problem: 'the frame has no "type"' }
  if (!typesOf(schema).has(type)) return { kind: 'unknown', type }
  const parsed = schema.safeParse(frame)
  if (parsed.success) return { kind: 'message', message: parsed.data }
  const problem = problemOf(parsed.error)
  return typeof jobId === 'string' && jobId !== ''
    ? { kind: 'invalid', type, problem, jobId }
    : { kind: 'invalid', type, problem }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Said by the caller: whatever is no object is no frame.
  }
  return undefined
}

function typesOf(schema: z.ZodDiscriminatedUnion): ReadonlySet<unknown> {
  let types = knownTypes.get(schema)
  if (!types) {
    types = new Set(
      schema.options.flatMap((option) => [...((option as z.ZodObject).shape.type as z.ZodLiteral).values]),
    )
    knownTypes.set(schema, types)
  }
  return types
}

/** The first problem, with the place it was found at but without the value: values may be prompts. */
function problemOf(error: z.ZodError): string {
  const [issue] = error.issues
  return issue ? `${issue.path.join('.') || 'frame'}: ${issue.message}` : 'the frame has a wrong form'
}
