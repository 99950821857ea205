import { createHash } from 'node:crypto'
import { modelToolName } from '../claude/tool-server-name.ts'
import type { OfferedTool } from '../claude/turn.ts'
import { UniqueNames } from './unique-names.ts'

/** The model sees our server's prefix in front, and its service allows 128 characters in all. */
const maxLength = 100
const hashLength = 8

/** Letters, digits, `_` and `-` are all that a name or an id may hold on the way to the model. */
export function plainName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/gu, '_')
}

/** A tool that has not got its name for the model yet. */
export type ToolDefinition = Omit<OfferedTool, 'name'>

/** The names of one job's tools: what the caller calls them, what they are offered as, what the model calls them. */
export class OfferedNames {
  readonly #claimed = new UniqueNames(maxLength)
  /** The first tool of a name stands for the name in the history. */
  readonly #offeredAs = new Map<string, string>()

  /** Names the tools. A name that can be offered as it is stays as it is; the others give way to it. */
  offer(tools: readonly ToolDefinition[]): OfferedTool[] {
    const begun = tools.map((tool) => ({ tool, name: this.#claimAsItIs(tool.callerName) }))
    return begun.map(({ tool, name }) => ({ name: name ?? this.#claim(tool.callerName), ...tool }))
  }

  /** What the model calls a tool of the conversation; one that is no tool of this job gets a name of its own. */
  modelName(callerName: string): string {
    return modelToolName(this.#offeredAs.get(callerName) ?? this.#claim(callerName))
  }

  #claimAsItIs(callerName: string): string | undefined {
    const isFree = offerable(callerName) === callerName && !this.#claimed.has(callerName)
    return isFree ? this.#claim(callerName) : undefined
  }

  #claim(callerName: string): string {
    const name = this.#claimed.claim(offerable(callerName))
    if (!this.#offeredAs.has(callerName)) this.#offeredAs.set(callerName, name)
    return name
  }
}

/** A shortened name ends in a hash of the whole one: long names often differ only at their end. */
function offerable(callerName: string): string {
  const name = plainName(callerName) || 'unnamed'
  if (name.length <= maxLength) return name
  const hash = createHash('sha256').update(callerName).digest('hex').slice(0, hashLength)
  return `${name.slice(0, maxLength - hashLength - 1)}_${hash}`
}
