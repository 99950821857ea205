import { type JobMessage, jobSchema, type SentJob } from '../../../../src/protocol/job.ts'
import type { TurnResult } from '../../../../src/worker/claude/claude-event.ts'
import type { Turn } from '../../../../src/worker/claude/turn.ts'
import { planTurn } from '../../../../src/worker/jobs/plan-turn.ts'

export type SentMessage = NonNullable<SentJob['messages']>[number]

/** Somebody who keeps a conversation as callers do, and sends all of it each time. */
export class Caller {
  readonly messages: SentMessage[] = []
  readonly #fields: Partial<SentJob>

  constructor(fields: Partial<SentJob> = {}) {
    this.#fields = fields
  }

  /** Says something more, and makes a turn of everything that was said. */
  turn(...said: readonly SentMessage[]): Turn {
    this.messages.push(...said)
    return turnOf({ ...this.#fields, messages: this.messages })
  }

  /** Takes an answer into the conversation, as the official clients give it. */
  hear({ text, toolCalls }: Pick<TurnResult, 'text' | 'toolCalls'>): void {
    const tool_calls = toolCalls.map(({ id, name, input }) => {
      return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } } as const
    })
    const content = text === '' && tool_calls.length > 0 ? null : text
    this.messages.push({ role: 'assistant', content, ...(tool_calls.length > 0 && { tool_calls }) })
  }
}

/** A job as the worker would plan it. */
export function turnOf(fields: Partial<SentJob>): Turn {
  const job = jobSchema.parse({ type: 'job', job_id: 'job-1', model: 'claude-sonnet-4-6', ...fields })
  return planTurn(job, { policy: undefined, settings: { defaultModel: 'sonnet', builtinTools: [] } }).turn
}

export function says(content: JobMessage['content'] | SentMessage['content']): SentMessage {
  return { role: 'user', content: content as SentMessage['content'] }
}
