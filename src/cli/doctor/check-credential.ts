import type { FoundCredential } from '../../credentials/claude-credential.ts'
import { findClaudeCredential } from '../../credentials/claude-credential.ts'
import { systemClock } from '../../shared/clock.ts'
import { AuxotError } from '../../shared/errors.ts'
import { storedPlacesFrom } from '../stored-places.ts'
import { proveFound } from '../token/prove-found.ts'
import { broken, type Finding, ok, warning } from './finding.ts'
import type { Patient } from './run-doctor.ts'

const soonMs = 30 * 86_400_000
const check = 'credential'
const newOne = 'Get a new one with "auxot worker token".'

/** Whether there is a Claude credential, how long it lasts, and with `--probe` whether it is accepted. */
export async function checkCredential({ input, settings }: Patient): Promise<Finding> {
  const { probe, claudePath } = settings.values
  try {
    const found = await findClaudeCredential(input.env, storedPlacesFrom(input, settings.values))
    if (!found) return broken(check, 'usage', { message: 'there is no Claude credential', hint: newOne })
    return probe ? await proved(found, claudePath, input.env) : judged(found)
  } catch (error) {
    if (error instanceof AuxotError) return broken(check, error.exit, error)
    throw error
  }
}

async function proved(found: FoundCredential, claudePath: string | undefined, env: Patient['input']['env']) {
  const { result, details } = await proveFound(found, claudePath, env)
  const words = details === undefined ? '' : `: ${details}`
  const from = `the credential from ${found.secret.source}`
  if (result === 'refused') {
    return broken(check, 'refused', { message: `the model service refused ${from}${words}`, hint: newOne })
  }
  if (result === 'unproved') return warning(check, `${from} could not be proved${words}`)
  const { state, message, hint } = judged(found)
  return { check, state, message: `${message}; the model service accepts it${words}`, hint }
}

function judged({ secret, from, dates }: FoundCredential): Finding {
  const place = `${secret.masked()} from ${from === 'insecure-file' ? 'an ' : ''}${secret.source}`
  const leftMs = (dates?.expiresAtMs ?? Number.POSITIVE_INFINITY) - systemClock.now()
  const day = dates?.expiresAtMs === undefined ? '' : new Date(dates.expiresAtMs).toISOString().slice(0, 10)
  if (leftMs < 0) return broken(check, 'refused', { message: `${place} expired on ${day}`, hint: newOne })
  if (leftMs < soonMs) return warning(check, `${place} expires on ${day}`, newOne)
  return ok(check, day === '' ? place : `${place}, until ${day}`)
}
