import type { SentJob } from '../../protocol/job.ts'
import type { ReceivedOf } from '../../protocol/worker-messages.ts'

/** An API request in the router's words, before it has become a job. */
export type JobRequest = Omit<SentJob, 'type' | 'job_id'>

/** A message of a conversation as it stands on the wire. */
export type SentMessage = NonNullable<SentJob['messages']>[number]
/** A part of a message's content as it stands on the wire. */
export type SentPart = Exclude<NonNullable<SentMessage['content']>, string>[number]
/** A tool as it stands on the wire. */
export type SentTool = NonNullable<SentJob['tools']>[number]

/** The text of a finished job: the coordinator's workers tell what came before and after the tools apart. */
export function textOf({ full_response, post_tool_content }: ReceivedOf<'complete'>): string {
  return full_response + (post_tool_content ?? '')
}
