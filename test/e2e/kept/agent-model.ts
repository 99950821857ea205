import type { EchoRequest, Reply } from '../../../src/dev/echo-model.ts'
import { conversationOf, type PlainMessage } from '../../support/model-request.ts'

/** The tool of every agent here: it says what it sees at a place. */
export const toolName = 'look'
export const toolDescription = 'says what is to be seen'
export const toolSchema = {
  type: 'object' as const,
  properties: { at: { type: 'string' as const } },
  required: ['at'] as string[],
}

/** What an agent's tool gives. */
export function seenAt(caller: string, at: string): string {
  return `${caller} sees ${at}`
}

/** How an agent introduces itself; by this its conversation is known at the model. */
export function introduction(caller: string): string {
  return `I am ${caller}.`
}

/** Whose conversation a request is. */
export function callerOf(request: EchoRequest): string {
  const [first] = conversationOf(request.body)
  return /^I am (\w+)\.$/.exec(String(first?.content[0]?.text))?.[1] ?? 'nobody'
}

/** A model that has its tool run so many times, two and three at once in some rounds and with words in others, and is then done. */
export function agentModel(rounds: number): (request: EchoRequest) => Reply {
  return (request) => {
    const caller = callerOf(request)
    const round = conversationOf(request.body).filter(({ role }: PlainMessage) => role === 'assistant').length
    if (round >= rounds) return { blocks: [{ type: 'text', text: `${caller} is done.` }] }
    const calls = Array.from({ length: 1 + (round % 3) }, (_, n) => ({
      type: 'tool_use' as const,
      id: `toolu_${caller}_${round}_${n}`,
      name: `mcp__auxot__${toolName}`,
      input: { at: `${round}.${n}` },
    }))
    const words = round % 2 === 0 ? [{ type: 'text' as const, text: `Round ${round}.` }] : []
    return { blocks: [...words, ...calls] }
  }
}
