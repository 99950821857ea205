import type { Job } from '../../protocol/job.ts'
import type { Policy } from '../../protocol/policy.ts'
import type { Turn } from '../claude/turn.ts'
import { planBuiltins } from './plan-builtins.ts'
import { planEnv } from './plan-env.ts'
import { planHistory } from './plan-history.ts'
import { planLimits } from './plan-limits.ts'
import type { AddNote, PlanNote } from './plan-note.ts'
import { splitSystem } from './plan-system.ts'
import { planTools } from './plan-tools.ts'

/** What a job is read against: the router's policy at this moment and the worker's own settings. */
export interface PlanContext {
  readonly policy: Policy | undefined
  readonly settings: {
    readonly defaultModel: string
    readonly builtinTools: 'all' | readonly string[]
  }
}

/** What is to be asked, and what of the job could not be done as it was asked. */
export interface PlannedTurn {
  readonly turn: Turn
  readonly notes: readonly PlanNote[]
}

/**
 * Reads a job of the router as a turn of Claude Code. Pure: the same job always gives the same turn, and a job that goes
 * on with a conversation gives the same history, plus what is new.
 *
 * The model is the job's, else the policy's, else the worker's. What the router's protocol leaves open is decided so:
 *
 * Messages
 * - System messages at the front are the system prompt, a blank line between them and between their parts. One that comes
 *   later stays where it is, as a text `<system_message>…</system_message>` of the user's side.
 * - Blank texts are left out, and a message that then says nothing with them; a tool's empty result stays. Neighbours of
 *   one side become one message, each text its own block: two parts and two messages are the same, one text is not.
 *   The assistant's texts stand before its calls, which is where Claude Code moves them.
 * - A conversation that begins with the assistant gets a line of the user's in front (`openingText`). One that ends with
 *   the assistant's text asks for its continuation (`continueText`).
 * - Without anything said by a user or a tool, the job is refused. Images of assistant and system are refused.
 *
 * Tool calls and results
 * - Results stand in one message after their calls, in the order of the calls, before anything else that was said.
 * - A call without a result gets one that says so, as an error. A conversation that ends with calls is answered that way.
 * - Two results of one call are joined. Where calls of one message share an id, results are dealt out in order.
 * - A result without an id answers the first call that has none. Any other result that fits no call of the message just
 *   before it (unknown or late) stays in its place as text: moving it would rewrite what the model has seen.
 * - Ids that are repeated or hold other characters than `[A-Za-z0-9_-]` are replaced, in reading order.
 * - Arguments that are empty or `null` are `{}`; those that are no JSON object are kept as `{"raw_arguments": "…"}`.
 *
 * Tools
 * - Names keep letters, digits, `_` and `-`, up to 100 characters, a longer one ends in a hash; what is then equal is
 *   numbered, and a name that needs no change comes first. Names in the history that are no tool of the job alike.
 * - A tool without a name, or with a schema that Claude Code would drop without a word, is refused; a missing schema or
 *   `type`, a `type` that allows `object` among others, and nulls at the top are put right.
 *
 * Everything else
 * - Levels of effort, token limits and temperatures that Claude does not have are brought to the nearest or left out.
 * - Credentials reach the environment unless their name would steer more than the job's tools.
 *
 * @throws ClaudeFailure of class `invalid_request`, with a sentence for the API caller.
 */
export function planTurn(job: Job, { policy, settings }: PlanContext): PlannedTurn {
  const notes: PlanNote[] = []
  const note: AddNote = (field, problem) => notes.push({ field, problem })
  const { system, conversation } = splitSystem(job.messages)
  const { returned, live, names } = planTools(job)
  const toolNames = job.tools.map((tool) => tool.function.name)
  const turn: Turn = {
    jobId: job.job_id,
    system,
    ...planHistory(conversation, names),
    tools: { returned, live, ...planBuiltins(settings.builtinTools, policy?.builtin_tools ?? [], toolNames) },
    model: job.model || policy?.model_name || settings.defaultModel,
    ...planLimits(job, note),
    env: planEnv(job.credentials ?? {}, note),
    conversation: job.reference_id || undefined,
  }
  return { turn, notes }
}
