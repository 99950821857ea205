import type { MessagesBody } from './messages-body.ts'
import type { Usage } from './reply.ts'

/** Tokens of a text, by the usual rule of thumb. */
export function tokensOf(characters: number): number {
  return Math.ceil(characters / 4)
}

/** What the prompt costs before anything is answered. */
export function countPrompt(body: MessagesBody): Usage {
  const { system, tools, messages } = body
  const characters = JSON.stringify([system, tools, messages]).length
  return {
    input_tokens: tokensOf(characters),
    output_tokens: 0,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  }
}
