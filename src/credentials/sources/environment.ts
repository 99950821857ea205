import { UsageError } from '../../shared/errors.ts'
import { secretFrom } from '../check-secret.ts'
import type { SecretSource } from '../resolve-secret.ts'

/** The environment, as a value. */
export type Variables = Readonly<Record<string, string | undefined>>

/** A variable of the environment. A blank one counts as not set, because scripts pass `X=` where they have no X. */
export function secretInVariable(env: Variables, name: string): SecretSource {
  return {
    find: async () => (isSet(env, name) ? { secret: secretFrom(`${env[name]}`, name), from: 'env' } : undefined),
  }
}

/** Whether a variable holds anything. */
export function isSet(env: Variables, name: string): boolean {
  return (env[name] ?? '').trim() !== ''
}

/** A variable and its `_FILE` twin may differ, and nobody could say which was meant. */
export function assertNotBoth(env: Variables, name: string): void {
  if (!isSet(env, name) || !isSet(env, `${name}_FILE`)) return
  throw new UsageError(`${name} and ${name}_FILE are both set`, { hint: 'Unset one of them.' })
}
