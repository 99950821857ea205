import type { ApiError } from './reply.ts'

/** A request that the API answers with an error; thrown where that is found out, sent at one place. */
export class Refused extends Error {
  readonly reply: ApiError

  constructor(reply: ApiError) {
    super(reply.error.message)
    this.name = new.target.name
    this.reply = reply
  }
}
