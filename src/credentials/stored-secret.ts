import { UsageError } from '../shared/errors.ts'
import type { Secret } from '../shared/secret.ts'
import { secretFrom } from './check-secret.ts'

/** How long a token of `claude setup-token` lives. */
const tokenLifeMs = 365 * 86_400_000

/** A secret as it is kept, with what is known about its age. */
export interface StoredSecret {
  readonly secret: Secret
  readonly dates: SecretDates
}

/** When a secret was made and when it ends, milliseconds since the epoch. */
export interface SecretDates {
  readonly storedAtMs: number
  /** Known only where auxot saw it being made. */
  readonly issuedAtMs?: number | undefined
  /** Absent: it has no end that anybody knows of. Where the issue was not seen, it ends then at the latest. */
  readonly expiresAtMs?: number | undefined
}

/** The dates of a secret that is stored now. Only Claude's long-lived tokens end by themselves. */
export function datesOf(secret: Secret, nowMs: number, { isNew }: { readonly isNew: boolean }): SecretDates {
  return {
    storedAtMs: nowMs,
    ...(isNew && { issuedAtMs: nowMs }),
    ...(isLongLivedToken(secret) && { expiresAtMs: nowMs + tokenLifeMs }),
  }
}

/** `sk-ant-oat…`: what `claude setup-token` makes. */
export function isLongLivedToken(secret: Secret): boolean {
  return secret.reveal().startsWith('sk-ant-oat')
}

/** `sk-ant-api…`: bills the API. */
export function isApiKey(secret: Secret): boolean {
  return secret.reveal().startsWith('sk-ant-api')
}

/** The text that a store keeps. */
export function storedText({ secret, dates }: StoredSecret): string {
  const { storedAtMs, issuedAtMs, expiresAtMs } = dates
  return JSON.stringify({
    secret: secret.reveal(),
    storedAt: isoDate(storedAtMs),
    ...(issuedAtMs !== undefined && { issuedAt: isoDate(issuedAtMs) }),
    ...(expiresAtMs !== undefined && { expiresAt: isoDate(expiresAtMs) }),
  })
}

/** What a store kept. @throws UsageError when it was not written by auxot. */
export function storedSecretFrom(text: string, source: string): StoredSecret {
  const fields = fieldsOf(text)
  if (typeof fields?.secret !== 'string') {
    throw new UsageError(`${source}: was not written by auxot`, {
      hint: 'Store it anew with "auxot worker token set".',
    })
  }
  const [storedAtMs, issuedAtMs, expiresAtMs] = [fields.storedAt, fields.issuedAt, fields.expiresAt].map(timeOf)
  return { secret: secretFrom(fields.secret, source), dates: { storedAtMs: storedAtMs ?? 0, issuedAtMs, expiresAtMs } }
}

function fieldsOf(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    // The parser's own message repeats a piece of the text.
    return undefined
  }
}

function isoDate(ms: number): string {
  return new Date(ms).toISOString()
}

function timeOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
