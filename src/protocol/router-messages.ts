import { z } from 'zod'
import { jobSchema } from './job.ts'
import { anyText, list, optional, text } from './lenient.ts'
import { policySchema } from './policy.ts'

/** The answer to `hello`. `reconnectInSeconds` asks for that delay before the next try. */
const helloAckSchema = z.object({
  type: z.literal('hello_ack'),
  success: z.boolean(),
  gpu_id: anyText,
  policy: optional(policySchema),
  error: text,
  reconnectInSeconds: optional(z.number().nonnegative()),
})

/** The answer to `config`. */
const configAckSchema = z.object({
  type: z.literal('config_ack'),
  success: z
    .boolean()
    .nullish()
    .transform((value) => value ?? true),
  error: text,
})

const heartbeatAckSchema = z.object({ type: z.literal('heartbeat_ack') })

/** A new policy, for the next job on. Coordinator only. */
const policyUpdateSchema = z.object({ type: z.literal('policy_update'), policy: policySchema })

/** Stop that job at once. Coordinator only. */
const cancelSchema = z.object({ type: z.literal('cancel'), job_id: z.string() })

/** The answer to `job.tool.call.request`. `data` of an image is base64. */
const toolCallResultSchema = z.object({
  type: z.literal('job.tool.call.result'),
  job_id: z.string(),
  call_id: z.string(),
  result: anyText,
  is_error: optional(z.boolean()),
  image_parts: list(z.object({ mime_type: z.string(), data: z.string() })),
})

/** The router refuses the connection, or reports what it could not understand. */
const errorSchema = z.object({ type: z.literal('error'), error: text, details: text })

/** Everything a router says to a worker, tagged by `type`. Unknown fields are ignored. */
export const routerMessageSchema = z.discriminatedUnion('type', [
  helloAckSchema,
  configAckSchema,
  heartbeatAckSchema,
  policyUpdateSchema,
  jobSchema,
  cancelSchema,
  toolCallResultSchema,
  errorSchema,
])

/** A message as a worker reads it. */
export type RouterMessage = z.output<typeof routerMessageSchema>
/** A message as a router writes it. */
export type SentRouterMessage = z.input<typeof routerMessageSchema>
export type HelloAck = z.output<typeof helloAckSchema>
export type ToolCallResult = z.output<typeof toolCallResultSchema>
