import { emptyMessage, finalUsage, type MessageHead, stopOf } from './message-steps.ts'
import type { Answer, ReplyBlock } from './reply.ts'
import { chunksOf, openedBlock, signatureOf } from './reply-blocks.ts'

/** The answer as one JSON message, for a request that does not stream. */
export async function wholeMessage(answer: Answer, head: MessageHead) {
  const message = emptyMessage(head)
  let tokens = 0
  for (const block of answer.blocks) {
    let text = ''
    for await (const chunk of chunksOf(block)) {
      text += chunk
      tokens += 1
    }
    message.content.push(wholeBlock(block, text))
  }
  return { ...message, ...stopOf(answer), usage: finalUsage(answer, head, tokens) }
}

function wholeBlock(block: ReplyBlock, text: string) {
  const opened = openedBlock(block)
  switch (block.type) {
    case 'text':
      return { ...opened, text }
    case 'thinking':
      return { ...opened, thinking: text, signature: block.signature ?? signatureOf(text) }
    case 'tool_use':
      return { ...opened, input: block.json ? JSON.parse(text) : (block.input ?? {}) }
    case 'other':
      return opened
  }
}
