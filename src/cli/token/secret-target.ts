import { type Account, defaultProfile, type SecretTarget, secretTargets } from '../../credentials/account.ts'
import { isApiKey, isLongLivedToken } from '../../credentials/stored-secret.ts'
import type { RouterAddress } from '../../protocol/router-url.ts'
import { UsageError } from '../../shared/errors.ts'
import type { Secret } from '../../shared/secret.ts'
import { routerHostOf } from '../stored-places.ts'

/** What names a profile. */
export interface ProfileChoice {
  readonly profile?: string | undefined
  readonly routerUrl?: RouterAddress | undefined
}

/** Which secret a command's argument means. The argument itself is not repeated: a secret may have been pasted. */
export function secretTargetFrom(word: string | undefined): SecretTarget {
  const target = secretTargets.find((known) => known === word)
  if (target) return target
  throw new UsageError(word === undefined ? 'Which secret is missing' : 'There is no such secret', {
    hint: `Name one: ${secretTargets.join(' or ')}.`,
  })
}

/** Where a secret is kept: Claude's for all routers unless a profile is named, a worker key for its router. */
export function accountToKeep(target: SecretTarget, { profile, routerUrl }: ProfileChoice): Account {
  const own = profile ?? (target === 'claude' ? defaultProfile : routerUrl && routerHostOf(routerUrl))
  if (own !== undefined) return { target, profile: own }
  throw new UsageError('It is not known which router the worker key is for', {
    hint: 'Give --router-url, set AUXOT_ROUTER_URL, or name a profile with --profile.',
  })
}

/** Keys that are easily taken for each other. @throws UsageError */
export function assertBelongs(target: SecretTarget, secret: Secret): void {
  const isClaude = isApiKey(secret) || isLongLivedToken(secret)
  const isWorkerKey = /^(?:adm|gpu)[_.]/.test(secret.reveal())
  if (target === 'router' && secret.reveal().startsWith('rtr_')) {
    throw wrongKey(secret, "is a caller's key; a worker's starts with adm_ or gpu_")
  }
  if (target === 'router' && isClaude) throw wrongKey(secret, "is Claude's credential, not a worker key")
  if (target === 'claude' && isWorkerKey) throw wrongKey(secret, "is a worker key, not Claude's credential")
}

function wrongKey({ source }: Secret, problem: string): UsageError {
  return new UsageError(`${source}: ${problem}`, { hint: 'Nothing was stored.' })
}
