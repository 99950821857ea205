import { ClaudeFailure } from '../claude/claude-failure.ts'

/** A job that cannot be put to Claude Code as it is. The sentence is for the API caller: where, what, and what would do. */
export class InvalidJobError extends ClaudeFailure {
  constructor(message: string) {
    super(message, { class: 'invalid_request' })
  }
}
