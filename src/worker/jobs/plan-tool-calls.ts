import type { JobToolCall } from '../../protocol/job.ts'
import type { JsonObject, JsonValue, ToolUseBlock } from '../claude/turn.ts'
import { type OfferedNames, plainName } from './offered-names.ts'
import { isBlank } from './plan-content.ts'
import { UniqueNames } from './unique-names.ts'

/** A call of the history, as the model sees it, with the id that its result names. */
export interface PlannedCall {
  readonly givenId: string
  readonly block: ToolUseBlock
}

/**
 * Reads the calls of a conversation in their order. An id that came before, or holds other characters than the model's
 * service allows, is replaced; what it becomes depends on nothing that comes after it, so a longer conversation keeps it.
 */
export class ToolCallReader {
  readonly #ids = new UniqueNames()
  readonly #names: OfferedNames

  constructor(names: OfferedNames) {
    this.#names = names
  }

  read(call: JobToolCall): PlannedCall {
    const id = this.#ids.claim(plainName(call.id) || 'call')
    const name = this.#names.modelName(call.function.name)
    return { givenId: call.id, block: { type: 'tool_use', id, name, input: toolInput(call.function.arguments) } }
  }
}

/** Arguments that are no JSON object are kept word for word under this key. */
const rawArgumentsKey = 'raw_arguments'

function toolInput(text: string): JsonObject {
  if (isBlank(text)) return {}
  const value = parsed(text)
  if (value === null) return {}
  return typeof value === 'object' && !Array.isArray(value) ? value : { [rawArgumentsKey]: text }
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
