import { withoutInjectedTexts } from './injected-texts.ts'
import { blocksOf, type Content, type ContentBlock, type MessagesBody } from './messages-body.ts'
import type { Answer } from './reply.ts'
import { wordsOf } from './words.ts'

const longestEchoWords = 200

/** The answer when nothing is scripted: the last thing the user said, cut where the request says so. */
export function echoReply(body: MessagesBody): Answer {
  const echoed = wordsOf(`Echo: ${lastUserText(body)}`)
  const short = echoed.length > longestEchoWords ? [...echoed.slice(0, longestEchoWords), ' …'] : echoed
  const stop = firstStop(short.join(''), body.stop_sequences ?? [])
  const words = stop ? wordsOf(stop.before) : short
  const limit = body.max_tokens ?? Number.POSITIVE_INFINITY
  if (words.length > limit) return { ...spoken(words.slice(0, limit)), stopReason: 'max_tokens' }
  if (stop) return { ...spoken(words), stopReason: 'stop_sequence', stopSequence: stop.sequence }
  return spoken(words)
}

function spoken(chunks: readonly string[]): Answer {
  return { blocks: [{ type: 'text', chunks }] }
}

/** What the user, or the tools the user ran, said last. */
function lastUserText(body: MessagesBody): string {
  return textOf(body.messages.findLast(({ role }) => role === 'user')?.content)
}

function textOf(content: Content | undefined): string {
  const texts = blocksOf(content).map(textOfBlock)
  return texts.filter((text) => text !== '').join('\n')
}

function textOfBlock(block: ContentBlock): string {
  if (block.type === 'text') return withoutInjectedTexts(String(block.text))
  if (block.type === 'tool_result') return textOf(block.content as Content | undefined)
  return `[${block.type}]`
}

function firstStop(text: string, sequences: readonly string[]) {
  const stops = sequences.map((sequence) => ({ sequence, index: text.indexOf(sequence) }))
  const [first] = stops.filter(({ index }) => index >= 0).sort((one, other) => one.index - other.index)
  return first && { sequence: first.sequence, before: text.slice(0, first.index) }
}
