import type { ReadStream, WriteStream } from 'node:tty'
import { datesOf } from '../../credentials/stored-secret.ts'
import { checkedSettings } from '../../settings/checked-settings.ts'
import { setupEnvironmentFrom } from '../../settings/claude-environment.ts'
import type { Environment } from '../../settings/environment.ts'
import type { SettingsInput } from '../../settings/read-settings.ts'
import { tokenSetupSettings } from '../../settings/token-definitions.ts'
import { systemClock } from '../../shared/clock.ts'
import { AuxotError, UsageError } from '../../shared/errors.ts'
import type { Secret } from '../../shared/secret.ts'
import { canAsk } from '../asking.ts'
import { tellLine } from '../open-output.ts'
import { findClaude } from '../resolve-worker.ts'
import { secretStores } from '../stored-places.ts'
import { type KeptSecret, keepSecret } from './keep-secret.ts'
import { outerTerminal } from './outer-terminal.ts'
import { proveFound } from './prove-found.ts'
import { accountToKeep } from './secret-target.ts'

/** The terminal's two ends, which may be none. */
export interface TerminalStreams {
  readonly stdin: ReadStream
  readonly stderr: WriteStream
}

/** A token that was got and kept. */
export interface SetUpToken {
  readonly kept: KeptSecret
  readonly proved: boolean
}

/** Gets a token through `claude setup-token`, proves it, and keeps it. Whatever goes wrong, nothing is kept. */
export async function setUpToken(
  input: SettingsInput & { readonly dataDir: string },
  { stdin, stderr }: TerminalStreams,
): Promise<SetUpToken> {
  const { values } = await checkedSettings(tokenSetupSettings, input)
  const { env, dataDir } = input
  if (!canAsk({ ...values, env }) || !stderr.isTTY) throw noTerminal()
  const claude = await findClaude(values.claudePath, env)
  // Before the person goes through the sign-in.
  if (!values.insecureStorage) await secretStores(dataDir, env).keychain.assertUsable()
  const { runSetupToken } = await import('../../credentials/setup-token/run-setup-token.ts')
  const terminal = outerTerminal(stdin, stderr)
  if (!values.quiet) tellLine('Running "claude setup-token"; Ctrl-C twice leaves it.')
  const token = await runSetupToken({ path: claude.path, env: setupEnvironmentFrom(env), terminal })
  if (!token) throw noToken()
  const issuedAtMs = systemClock.now()
  if (!values.noProbe) {
    if (!values.quiet) tellLine('Asking the model service whether it accepts the token.')
    await prove(token, values.claudePath, env)
  }
  const stored = { secret: token, dates: datesOf(token, issuedAtMs, { isNew: true }) }
  return {
    kept: await keepSecret(accountToKeep('claude', values), stored, { ...values, dataDir, env }),
    proved: !values.noProbe,
  }
}

async function prove(secret: Secret, claudePath: string | undefined, env: Environment): Promise<void> {
  const { result, details } = await proveFound({ kind: 'oauth-token', secret }, claudePath, env)
  const words = details === undefined ? '' : `: ${details}`
  if (result === 'refused') {
    throw new AuxotError(`The model service refused the new token${words}`, {
      code: 'CREDENTIAL_REFUSED',
      exit: 'refused',
      hint: 'Nothing was stored. Sign in with an account that has a Claude subscription.',
    })
  }
  if (result === 'accepted') return
  throw new AuxotError(`The new token could not be proved${words}`, {
    code: 'TOKEN_NOT_PROVED',
    exit: 'partial',
    hint: 'Nothing was stored. Run it again when the model service can be reached, or with --no-probe.',
    retryable: true,
  })
}

function noTerminal(): UsageError {
  return new UsageError('auxot worker token needs a terminal, where the sign-in is shown', {
    hint: [
      'On a machine with a terminal and a browser run "claude setup-token", and put the token it shows into a file;',
      'then hand it in here: auxot worker token set claude < FILE',
    ].join('\n'),
  })
}

function noToken(): AuxotError {
  return new AuxotError('claude setup-token ended without a token', {
    code: 'NO_TOKEN',
    exit: 'partial',
    hint: 'Nothing was stored. Run "auxot worker token" again and finish the sign-in.',
    retryable: true,
  })
}
