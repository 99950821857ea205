import type { ServerResponse } from 'node:http'
import type { ReceivedOf } from '../../protocol/worker-messages.ts'
import type { JobHandle } from '../routing/job-handle.ts'
import { anthropicError, messageStart, stopReason, usageFrom } from './anthropic-answer.ts'
import { BlockWriter } from './block-writer.ts'
import { EventStream } from './event-stream.ts'

/** Streams a job's answer to a caller of the messages API, token by token. */
export async function streamAnthropic(
  response: ServerResponse,
  handle: JobHandle,
  head: { id: string; model: string },
): Promise<void> {
  const stream = new EventStream(response)
  const blocks = new BlockWriter(stream)
  await stream.send({ type: 'message_start', message: messageStart(head) }, 'message_start')
  for await (const message of handle.messages) {
    if (message.type === 'token') await blocks.prose(message.reasoning ? 'thinking' : 'text', message.token)
    else if (message.type === 'complete') await finish(stream, blocks, message)
    else if (message.type === 'error') await stream.send(anthropicError('api_error', message.error), 'error')
  }
  stream.end()
}

async function finish(stream: EventStream, blocks: BlockWriter, complete: ReceivedOf<'complete'>): Promise<void> {
  await blocks.close()
  for (const call of complete.tool_calls ?? []) await blocks.toolUse(call)
  const delta = { stop_reason: stopReason(complete), stop_sequence: null }
  await stream.send({ type: 'message_delta', delta, usage: usageFrom(complete) }, 'message_delta')
  await stream.send({ type: 'message_stop' }, 'message_stop')
}
