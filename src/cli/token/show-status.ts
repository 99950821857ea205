import { accountName } from '../../credentials/account.ts'
import type { ExitName } from '../../shared/exit-codes.ts'
import { columns } from '../columns.ts'
import { isoDate } from './iso-date.ts'
import type { SecretStatus, TokenStatus } from './token-status.ts'

/** Something that will or may go wrong. */
interface StatusWarning {
  readonly code: string
  readonly message: string
}

const dayMs = 86_400_000
const soonDays = 30

/** The status as scripts read it, `auxot.worker.token.status/v1`. */
export function statusDocument(status: TokenStatus) {
  return {
    schema: 'auxot.worker.token.status/v1',
    secrets: status.secrets.map((secret) => secretFacts(secret, status.nowMs)),
    kept: status.kept,
    warnings: warningsOf(status),
  }
}

/** The status as lines for people; the warnings are said apart. */
export function statusText({ secrets, kept, nowMs }: TokenStatus): string {
  const rows = secrets.map((secret) => [secret.target, ...cellsOf(secret, nowMs)])
  const names = kept.map((account) => `${accountName(account)} (${account.store})`)
  return names.length === 0 ? columns(rows) : `${columns(rows)}\n\nkept: ${names.join(', ')}`
}

/** What to look after, from everything that was found. */
export function warningsOf({ secrets, kept, nowMs }: TokenStatus): readonly StatusWarning[] {
  const insecure = kept.filter(({ store }) => store === 'insecure-file').map(accountName)
  return [
    ...secrets.flatMap((secret) => expiryWarning(secret, nowMs)),
    ...secrets.flatMap(({ found }) => (found && 'note' in found && found.note ? twoCredentials(found.note) : [])),
    ...(insecure.length === 0
      ? []
      : [{ code: 'INSECURE_STORAGE', message: `Kept unencrypted in insecure files: ${insecure.join(', ')}.` }]),
  ]
}

/** How the command ends: a refusal first, then what kept a secret from being looked for. */
export function statusExit({ secrets }: TokenStatus): ExitName {
  if (secrets.some(({ proof }) => proof?.result === 'refused')) return 'refused'
  const failed = secrets.find(({ error }) => error)?.error
  if (failed) return failed.exit
  return secrets.some(({ proof }) => proof?.result === 'unproved') ? 'partial' : 'done'
}

function secretFacts({ target, kind, found, error, proof }: SecretStatus, nowMs: number) {
  const { dates } = found ?? {}
  return {
    target,
    found: found !== undefined,
    ...(found && { kind, source: found.from, place: found.secret.source, masked: found.secret.masked() }),
    ...(dates && { storedAt: isoDate(dates.storedAtMs) }),
    ...(dates?.issuedAtMs !== undefined && { issuedAt: isoDate(dates.issuedAtMs) }),
    ...(dates?.expiresAtMs !== undefined && {
      expiresAt: isoDate(dates.expiresAtMs),
      expiresInDays: daysUntil(dates.expiresAtMs, nowMs),
    }),
    ...(proof && { probe: proof }),
    ...(error && { error: { code: error.code, message: error.message, hint: error.hint } }),
  }
}

function cellsOf({ found, error, proof }: SecretStatus, nowMs: number): string[] {
  if (error) return ['–', error.message, '', '']
  if (!found) return ['–', 'not found', '', '']
  const expiresAtMs = found.dates?.expiresAtMs
  const end =
    expiresAtMs === undefined ? '' : `${endWords(daysUntil(expiresAtMs, nowMs))} (${isoDate(expiresAtMs).slice(0, 10)})`
  return [found.secret.masked(), `${found.from}: ${found.secret.source}`, end, proof ? proofWords(proof) : '']
}

function proofWords({ result, details }: NonNullable<SecretStatus['proof']>): string {
  const words = { accepted: 'accepted', refused: 'refused', unproved: 'could not be proved' }[result]
  return details === undefined ? words : `${words}: ${details}`
}

function endWords(days: number): string {
  return days < 0 ? 'expired' : `expires in ${days} day${days === 1 ? '' : 's'}`
}

function expiryWarning({ target, found }: SecretStatus, nowMs: number): StatusWarning[] {
  const expiresAtMs = found?.dates?.expiresAtMs
  if (expiresAtMs === undefined) return []
  const days = daysUntil(expiresAtMs, nowMs)
  if (days >= soonDays) return []
  const code = days < 0 ? 'EXPIRED' : 'EXPIRES_SOON'
  const message = `The ${target} secret ${endWords(days)}; "auxot worker token" gets a new one.`
  return [{ code, message }]
}

function twoCredentials(message: string): StatusWarning[] {
  return [{ code: 'TWO_CREDENTIALS', message }]
}

function daysUntil(ms: number, nowMs: number): number {
  return Math.floor((ms - nowMs) / dayMs)
}
