import { randomBytes } from 'node:crypto'

/** A key that a self-hosted router's worker shows. */
export function makeWorkerKey(): string {
  return `adm_${randomBytes(24).toString('hex')}`
}

/** A key that an API caller shows. */
export function makeCallerKey(): string {
  return `rtr_${randomBytes(24).toString('hex')}`
}
