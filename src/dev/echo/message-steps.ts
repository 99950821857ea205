import type { Answer, ReplyBlock, Usage } from './reply.ts'
import { chunksOf, openedBlock, signatureOf } from './reply-blocks.ts'

/** One event of the stream. Only `chunk` and `end` are paced; the frame around them follows at once. */
export interface Step {
  readonly kind: 'frame' | 'chunk' | 'end'
  readonly event: { readonly type: string; readonly [key: string]: unknown }
}

/** The message that the steps belong to. */
export interface MessageHead {
  readonly id: string
  readonly model: string
  /** What was counted of the prompt, with what the reply overrides. */
  readonly usage: Usage
}

/** The events of an answer in order, up to where it is interrupted. */
export async function* messageSteps(answer: Answer, head: MessageHead): AsyncGenerator<Step> {
  const after = answer.interrupted?.after
  if (after === 'headers') return
  yield frame({ type: 'message_start', message: emptyMessage(head) })
  yield frame({ type: 'ping' })
  if (after === 'start') return
  let tokens = 0
  for (const [index, block] of answer.blocks.entries()) {
    for await (const step of blockSteps(index, block)) {
      if (step.kind === 'chunk') tokens += 1
      yield step
    }
    if (after === 'chunks' && index === answer.blocks.length - 1) break
    yield frame({ type: 'content_block_stop', index })
  }
  if (after === 'chunks') return
  yield { kind: 'end', event: messageDelta(answer, head, tokens) }
  yield frame({ type: 'message_stop' })
}

async function* blockSteps(index: number, block: ReplyBlock): AsyncGenerator<Step> {
  yield frame({ type: 'content_block_start', index, content_block: openedBlock(block) })
  let whole = ''
  for await (const chunk of chunksOf(block)) {
    if (block.type === 'thinking') whole += chunk
    yield { kind: 'chunk', event: { type: 'content_block_delta', index, delta: deltaOf(block, chunk) } }
  }
  if (block.type !== 'thinking') return
  const delta = { type: 'signature_delta', signature: block.signature ?? signatureOf(whole) }
  yield frame({ type: 'content_block_delta', index, delta })
}

function deltaOf(block: ReplyBlock, chunk: string) {
  if (block.type === 'text') return { type: 'text_delta', text: chunk }
  if (block.type === 'thinking') return { type: 'thinking_delta', thinking: chunk }
  return { type: 'input_json_delta', partial_json: chunk }
}

function messageDelta(answer: Answer, head: MessageHead, tokens: number): Step['event'] {
  return {
    type: 'message_delta',
    delta: { container: null, ...stopOf(answer) },
    usage: finalUsage(answer, head, tokens),
  }
}

/** Why and how the answer stopped. Where the script does not say, a call of a tool is the reason. */
export function stopOf(answer: Answer) {
  const callsTools = answer.blocks.some((block) => block.type === 'tool_use')
  return {
    stop_reason: answer.stopReason ?? (callsTools ? 'tool_use' : 'end_turn'),
    stop_sequence: answer.stopSequence ?? null,
    stop_details: answer.stopDetails ?? null,
  }
}

/** The numbers of the whole answer: a token for every chunk, unless the script says otherwise. */
export function finalUsage(answer: Answer, head: MessageHead, chunks: number) {
  return { ...fullUsage(head.usage), output_tokens: answer.usage?.output_tokens ?? chunks }
}

/** A message without content, as a stream begins and a whole answer is filled from. */
export function emptyMessage({ id, model, usage }: MessageHead) {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [] as unknown[],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: { ...fullUsage(usage), output_tokens: 1 },
  }
}

function fullUsage(usage: Usage) {
  const unknown = { inference_geo: null, output_tokens_details: null, server_tool_use: null, speed: null }
  return { ...usage, ...unknown, service_tier: 'standard' }
}

function frame(event: Step['event']): Step {
  return { kind: 'frame', event }
}
