import type { Reply } from '../../src/dev/echo-model.ts'
import { modelToolName } from './conversation.ts'

/** One token. */
export const shortAnswer: Reply = { blocks: [{ type: 'text', chunks: ['Yes.'] }] }

/** A call of the caller's tool. */
export function callsTool(id: string): Reply {
  return { blocks: [{ type: 'tool_use', id, name: modelToolName, input: { word: 'fox' } }] }
}
