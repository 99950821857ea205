import { randomBytes } from 'node:crypto'

/** An id as the API makes them; `toolu` ids must never repeat within a conversation, so none does. */
export function newId(kind: 'msg' | 'req' | 'toolu'): string {
  return `${kind}_01${randomBytes(11).toString('hex')}`
}
