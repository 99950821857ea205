import type { IncomingHttpHeaders } from 'node:http'
import { apiErrors } from './api-errors.ts'
import { Refused } from './refused.ts'

/** Which keys and tokens a model accepts. */
export type TokenRule = ReadonlySet<string> | ((token: string) => boolean)

/** Refuses a request without a key or token, or with one that the rule does not accept. */
export function checkToken(headers: IncomingHttpHeaders, rule: TokenRule | undefined): void {
  const token = tokenOf(headers)
  if (!token) throw new Refused(apiErrors.noCredentials())
  if (rule === undefined) return
  const isAccepted = typeof rule === 'function' ? rule(token) : rule.has(token)
  if (!isAccepted) throw new Refused(apiErrors.unauthorized())
}

function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['x-api-key']
  return typeof key === 'string' ? key : /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
}
