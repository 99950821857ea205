import type { ToolCallResult } from '../../protocol/router-messages.ts'
import type { CallLiveTool, LiveToolResult } from '../claude/claude-event.ts'
import type { RouterConnection } from '../link/link-handlers.ts'

/** Tool calls that were handed to a coordinator and whose results are still to come. */
export class LiveToolCalls {
  readonly #waiting = new Map<string, (result: LiveToolResult) => void>()

  /** Calls tools for a job over the connection that the job came on. */
  forJob(jobId: string, connection: RouterConnection): CallLiveTool {
    return ({ id, name, arguments: input }, signal) => {
      const message = {
        type: 'job.tool.call.request',
        job_id: jobId,
        call_id: id,
        tool_name: name,
        arguments: input,
      } as const
      return this.#until(keyOf(jobId, id), () => connection.send(message), signal)
    }
  }

  /** False for a result that nobody waits for (any more). */
  settle({ job_id, call_id, result, is_error, image_parts }: ToolCallResult): boolean {
    const resolve = this.#waiting.get(keyOf(job_id, call_id))
    const images = image_parts.map(({ mime_type, data }) => ({ mimeType: mime_type, data }))
    resolve?.({ content: result, isError: is_error ?? false, images })
    return resolve !== undefined
  }

  async #until(key: string, send: () => boolean, signal: AbortSignal): Promise<LiveToolResult> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<LiveToolResult>()
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#waiting.set(key, resolve)
    try {
      if (!send()) throw new Error('the connection to the router was lost')
      return await promise
    } finally {
      this.#waiting.delete(key)
      signal.removeEventListener('abort', onAbort)
    }
  }
}

function keyOf(jobId: string, callId: string): string {
  return JSON.stringify([jobId, callId])
}
