import type { ReceivedOf } from '../../protocol/worker-messages.ts'
import { messageOf } from '../../shared/errors.ts'

/** A tool call that a worker asks a coordinator to run. */
export type LiveToolCall = Omit<ReceivedOf<'job.tool.call.request'>, 'type'>

/** What running it gave. */
export interface LiveToolResult {
  readonly result: string
  readonly is_error?: boolean
  /** `data` is base64. */
  readonly image_parts?: { mime_type: string; data: string }[]
}

/** Runs a live tool call; what it throws becomes an error result. */
export type LiveToolRunner = (call: LiveToolCall) => LiveToolResult | Promise<LiveToolResult>

/** The answer to a live tool call, whatever happens. */
export async function runLiveTool(call: LiveToolCall, run: LiveToolRunner | undefined): Promise<LiveToolResult> {
  if (!run) return { result: `there is no tool "${call.tool_name}" here`, is_error: true }
  try {
    return await run(call)
  } catch (error) {
    return { result: messageOf(error), is_error: true }
  }
}
