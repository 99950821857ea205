import { apiErrors } from './api-errors.ts'
import { blocksOf, type ContentBlock, type ModelMessage } from './messages-body.ts'
import { Refused } from './refused.ts'

const toolUseId = /^[a-zA-Z0-9_-]+$/
const longestToolName = 200

/** A block and where it stands in the request. */
interface Placed {
  readonly path: string
  readonly block: ContentBlock
}

/** What one side says until the other speaks: messages of one role in a row count as one. */
interface Side {
  readonly role: string
  readonly path: string
  readonly blocks: Placed[]
}

/** Refuses tool calls and results that do not belong together: every call is answered at once, and nothing else is. */
export function checkToolRounds(messages: readonly ModelMessage[]): void {
  const sides = sidesOf(messages)
  const known = new Set<string>()
  for (const [index, side] of sides.entries()) {
    const next = sides[index + 1]
    const calls = side.role === 'assistant' ? callsIn(side, known) : []
    if (next) checkResults(next, calls)
    checkAllAnswered(side, calls, next)
  }
  const [first] = sides
  if (first) checkResults(first, [])
}

function sidesOf(messages: readonly ModelMessage[]): Side[] {
  const sides: Side[] = []
  for (const [index, { role, content }] of messages.entries()) {
    // Texts that Claude Code puts between the messages belong to no side.
    if (role === 'system') continue
    const path = `messages.${index}`
    const placed = blocksOf(content).map((block, at) => ({ path: `${path}.content.${at}`, block }))
    const last = sides.at(-1)
    if (last?.role === role) last.blocks.push(...placed)
    else sides.push({ role, path, blocks: placed })
  }
  return sides
}

/** The ids of the calls of an answer. */
function callsIn(side: Side, known: Set<string>): string[] {
  const calls = side.blocks.filter(({ block }) => block.type === 'tool_use')
  return calls.map(({ path, block }) => {
    const id = String(block.id)
    if (!toolUseId.test(id)) refuse(`${path}.tool_use.id: String should match pattern '${toolUseId.source}'`)
    const name = String(block.name ?? '')
    if (name === '') refuse(`${path}.tool_use.name: String should have at least 1 character`)
    if (name.length > longestToolName) {
      refuse(`${path}.tool_use.name: String should have at most ${longestToolName} characters`)
    }
    if (known.has(id)) refuse(`${path}: \`tool_use\` ids must be unique`)
    known.add(id)
    return id
  })
}

/** No result without its call in the answer just before, and one for each. */
function checkResults(side: Side, calls: readonly string[]): void {
  const seen = new Set<string>()
  for (const { path, block } of side.blocks.filter(({ block }) => block.type === 'tool_result')) {
    const id = String(block.tool_use_id)
    if (side.role !== 'user') refuse(`${path}: \`tool_result\` blocks can only be in \`user\` messages`)
    if (!calls.includes(id)) {
      refuse(
        `${path}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. ` +
          'Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
      )
    }
    if (seen.has(id)) {
      refuse(`${path}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`)
    }
    seen.add(id)
  }
}

/** Results come first in the next message; a text before them cuts them off from their calls. */
function checkAllAnswered(side: Side, calls: readonly string[], next: Side | undefined): void {
  const blocks = next?.blocks.map(({ block }) => block) ?? []
  const others = blocks.findIndex(({ type }) => type !== 'tool_result')
  const leading = others < 0 ? blocks : blocks.slice(0, others)
  const missing = calls.filter((id) => !leading.some(({ tool_use_id }) => tool_use_id === id))
  if (missing.length === 0) return
  refuse(
    `${side.path}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. ` +
      'Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
  )
}

function refuse(message: string): never {
  throw new Refused(apiErrors.invalidRequest(message))
}
