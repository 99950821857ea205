import { createHash } from 'node:crypto'
import { blocksOf, type MessagesBody } from './messages-body.ts'
import type { Usage } from './reply.ts'

/** How many prefixes are remembered; the oldest go first. */
const mostPrefixes = 10_000

// What the API puts around a conversation; it is never cached, so that no prompt is free.
const frameTokens = 3

/** One piece of a prompt, in the order in which the API caches them. */
interface Piece {
  readonly text: string
  /** How long a prefix that ends here is kept, if the caller marked it. */
  readonly ttl: '5m' | '1h' | undefined
}

/** How far a prompt reaches at the end of one piece. */
interface Mark {
  readonly prefix: string
  readonly tokens: number
  readonly ttl: Piece['ttl']
}

/**
 * Counts a prompt as the API bills it: about four characters a token, and what a marked prefix of an earlier
 * request already held is read from the cache. Unlike the API it has no least length and forgets nothing by time.
 */
export class PromptCache {
  readonly #prefixes = new Set<string>()

  /** Counts, and remembers the marked prefixes for the requests to come. */
  count(body: MessagesBody): Usage {
    const marks = marksOf(body)
    const total = marks.at(-1)?.tokens ?? 0
    const lastMarked = marks.findLastIndex(({ ttl }) => ttl !== undefined)
    const cached = marks[lastMarked]?.tokens ?? 0
    const read = marks.findLast(({ prefix }, index) => index <= lastMarked && this.#prefixes.has(prefix))?.tokens ?? 0
    this.#remember(marks.filter(({ ttl }) => ttl !== undefined))
    return usageFrom({ total, cached, read, ttl: marks[lastMarked]?.ttl })
  }

  /** Forgets every prefix. */
  clear(): void {
    this.#prefixes.clear()
  }

  #remember(marks: readonly Mark[]): void {
    for (const { prefix } of marks) this.#prefixes.add(prefix)
    for (const prefix of this.#prefixes) {
      if (this.#prefixes.size <= mostPrefixes) return
      this.#prefixes.delete(prefix)
    }
  }
}

/** Tokens of a prompt, whatever is cached. */
export function countTokens(body: MessagesBody): number {
  return (marksOf(body).at(-1)?.tokens ?? 0) + frameTokens
}

function usageFrom({
  total,
  cached,
  read,
  ttl,
}: {
  total: number
  cached: number
  read: number
  ttl: Piece['ttl']
}): Usage {
  const written = cached - read
  return {
    input_tokens: total - cached + frameTokens,
    output_tokens: 0,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    cache_creation: {
      ephemeral_5m_input_tokens: ttl === '1h' ? 0 : written,
      ephemeral_1h_input_tokens: ttl === '1h' ? written : 0,
    },
  }
}

function marksOf(body: MessagesBody): Mark[] {
  let prefix = body.model
  let characters = 0
  return piecesOf(body).map(({ text, ttl }) => {
    prefix = createHash('sha1').update(prefix).update(text).digest('base64')
    characters += text.length
    return { prefix, tokens: Math.ceil(characters / 4), ttl }
  })
}

function piecesOf({ tools = [], system, messages }: MessagesBody): Piece[] {
  return [
    ...tools.map((tool) => pieceOf('tool', tool)),
    ...blocksOf(system).map((block) => pieceOf('system', block)),
    ...messages.flatMap(({ role, content }) => blocksOf(content).map((block) => pieceOf(role, block))),
  ]
}

function pieceOf(place: string, { cache_control: marker, ...rest }: { [key: string]: unknown }): Piece {
  const text = place + JSON.stringify(rest)
  if (marker === undefined || marker === null) return { text, ttl: undefined }
  return { text, ttl: (marker as { ttl?: unknown }).ttl === '1h' ? '1h' : '5m' }
}
