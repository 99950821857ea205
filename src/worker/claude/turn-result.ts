import type { Call } from './answer.ts'
import type { ToolCall, ToolUse, TurnResult } from './claude-event.ts'
import type { ToolNames } from './tool-names.ts'
import type { Transcript } from './transcript.ts'

/** What a result says beside what is in the transcript. */
type BesideTranscript = Pick<TurnResult, 'usage' | 'costUsd' | 'sessionId' | 'reasoning' | 'stopReason'>

/** The result of a turn with this transcript. Pure. */
export function turnResultFrom(transcript: Transcript, names: ToolNames, beside: BesideTranscript): TurnResult {
  const { text, textBeforeTools, textAfterTools, calls } = transcript
  const ran = calls.filter((call) => call.result !== undefined && names.kindOf(call.name) !== 'returned')
  return {
    ...beside,
    text,
    textBeforeTools,
    textAfterTools,
    toolCalls: returnedCalls(calls, names),
    toolUses: ran.map((call) => toolUseFrom(call, names)),
  }
}

/** A tool that ran, under the caller's name. */
export function toolUseFrom({ id, name, input, result }: Call, names: ToolNames): ToolUse {
  return { id, name: names.callerName(name), arguments: JSON.stringify(input ?? {}), result: result ?? '' }
}

/** A call that was answered all the same (with an error of Claude Code's own) is not the caller's any more. */
function returnedCalls(calls: readonly Call[], names: ToolNames): ToolCall[] {
  return calls.flatMap(({ id, name, input, result }) => {
    const isOurs = names.kindOf(name) === 'returned' && result === undefined && input !== undefined
    return isOurs ? [{ id, name: names.callerName(name), input }] : []
  })
}
