import type { ServerResponse } from 'node:http'
import type { ReceivedOf } from '../../protocol/worker-messages.ts'
import type { JobHandle, JobMessage } from '../routing/job-handle.ts'
import { EventStream } from './event-stream.ts'
import { type AnswerHead, chunkFrom, finishReason, openaiError, usageChunkFrom } from './openai-answer.ts'

/** Streams a job's answer to a caller of the chat API, token by token. */
export async function streamOpenai(
  response: ServerResponse,
  handle: JobHandle,
  { head, includeUsage }: { head: AnswerHead; includeUsage: boolean },
): Promise<void> {
  const stream = new EventStream(response)
  await stream.send(chunkFrom(head, { role: 'assistant', content: '' }))
  for await (const message of handle.messages) {
    for (const event of eventsFrom(head, message)) await stream.send(event)
    if (message.type === 'complete' && includeUsage) await stream.send(usageChunkFrom(head, message))
  }
  await stream.sendText('[DONE]')
  stream.end()
}

function eventsFrom(head: AnswerHead, message: JobMessage): object[] {
  switch (message.type) {
    case 'token':
      return [chunkFrom(head, message.reasoning ? { reasoning_content: message.token } : { content: message.token })]
    case 'complete':
      return [...toolCallChunks(head, message), chunkFrom(head, {}, finishReason(message))]
    case 'error':
      return [openaiError('server_error', message.error)]
    default:
      return []
  }
}

function toolCallChunks(head: AnswerHead, { tool_calls }: ReceivedOf<'complete'>): object[] {
  return (tool_calls ?? []).map((call, index) => chunkFrom(head, { tool_calls: [{ index, ...call }] }))
}
