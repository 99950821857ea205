import { AuxotError } from '../shared/errors.ts'
import type { ClaudeFailure } from './claude/claude-failure.ts'
import type { ClaudeCredential } from './worker-config.ts'

/** The model service does not accept Claude's credential: every job would fail. */
export class CredentialRefusedError extends AuxotError {
  constructor(credential: ClaudeCredential | undefined, cause: ClaudeFailure) {
    const source = credential ? `source: ${credential.secret.source}` : 'none was given'
    super(
      `The model service refused Claude's credential (${source})${cause.details ? `: ${cause.details.replace(/\.+$/, '')}` : ''}.`,
      {
        code: 'CREDENTIAL_REFUSED',
        exit: 'refused',
        hint: 'Get a new token with "claude setup-token" and start the worker again.',
        cause,
      },
    )
  }
}
