import { createHash } from 'node:crypto'
import { newId } from './new-id.ts'
import type { Chunks, ReplyBlock } from './reply.ts'
import { wordsOf } from './words.ts'

/** The block as `content_block_start` shows it: everything but what the deltas bring. */
export function openedBlock(block: ReplyBlock) {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '' }
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'tool_use':
      return {
        type: 'tool_use',
        id: block.id ?? newId('toolu'),
        name: block.name,
        input: {},
        caller: { type: 'direct' },
      }
    case 'other':
      return block.block
  }
}

/** What the deltas of a block bring, piece by piece. */
export function chunksOf(block: ReplyBlock): Chunks {
  switch (block.type) {
    case 'text':
    case 'thinking':
      return 'chunks' in block ? block.chunks : wordsOf(block.text)
    case 'tool_use':
      // The API begins every input with an empty piece.
      return ['', ...(block.json ?? piecesOf(JSON.stringify(block.input ?? {})))]
    case 'other':
      return []
  }
}

/** A signature that is the same for the same reasoning. */
export function signatureOf(thinking: string): string {
  return createHash('sha256').update(thinking).digest('base64')
}

function piecesOf(json: string): string[] {
  return json.match(/.{1,24}/gsu) ?? []
}
