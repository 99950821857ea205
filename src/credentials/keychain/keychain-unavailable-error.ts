import { AuxotError } from '../../shared/errors.ts'

/** The operating system's keychain is not there, is locked, or does not answer. */
export class KeychainUnavailableError extends AuxotError {
  /** Why, without a full stop: `there is no D-Bus session`. */
  readonly reason: string

  constructor(reason: string, account?: string) {
    const what = account === undefined ? '' : ` for ${account}`
    super(`The keychain cannot be used${what}: ${reason}`, {
      code: 'NO_SECRET_STORE',
      exit: 'noSecretStore',
      hint: [
        'Keep the secret in a file of your own and name that in AUXOT_GPU_KEY_FILE or CLAUDE_CODE_OAUTH_TOKEN_FILE;',
        'or set AUXOT_GPU_KEY or CLAUDE_CODE_OAUTH_TOKEN itself;',
        'or store it unencrypted with "auxot worker token set claude|router --insecure-storage".',
      ].join('\n'),
    })
    this.reason = reason
  }
}
