import { blocksOf, type ContentBlock, type MessagesBody } from './messages-body.ts'
import type { Answer } from './reply.ts'
import { wordsOf } from './words.ts'

const longestEchoWords = 200

/** The answer when nothing is scripted: the last thing the user said, cut where the request says so. */
export function echoReply(body: MessagesBody): Answer {
  const said = wordsOf(`Echo: ${lastUserText(body)}`)
  const short = said.length > longestEchoWords ? [...said.slice(0, longestEchoWords), ' …'] : said
  const text = short.join('')
  const stop = firstStopSequence(text, body.stop_sequences ?? [])
  const chunks = stop ? wordsOf(text.slice(0, stop.index)) : short
  const limit = body.max_tokens ?? Number.POSITIVE_INFINITY
  if (chunks.length > limit)
    return { blocks: [{ type: 'text', chunks: chunks.slice(0, limit) }], stopReason: 'max_tokens' }
  const blocks: Answer['blocks'] = [{ type: 'text', chunks }]
  return stop ? { blocks, stopReason: 'stop_sequence', stopSequence: stop.sequence } : { blocks }
}

/** What the user, or the tools the user ran, said last; texts that Claude Code adds are left out. */
function lastUserText(body: MessagesBody): string {
  const last = body.messages.findLast((message) => message.role === 'user')
  return blocksOf(last?.content).map(textOf).filter(isSaid).join('\n')
}

function textOf(block: ContentBlock): string {
  if (block.type === 'text') return String(block.text)
  if (block.type === 'tool_result')
    return blocksOf((block.content ?? '') as string)
      .map(textOf)
      .filter(isSaid)
      .join('\n')
  return `[${block.type}]`
}

function isSaid(text: string): boolean {
  return text !== '' && !text.startsWith('<system-reminder>')
}

function firstStopSequence(text: string, sequences: readonly string[]) {
  const found = sequences
    .map((sequence) => ({ sequence, index: text.indexOf(sequence) }))
    .filter(({ index }) => index >= 0)
  return found.sort((a, b) => a.index - b.index)[0]
}
