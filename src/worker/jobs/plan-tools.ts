import { isDeepStrictEqual } from 'node:util'
import { isCoordinatorJob, type Job, type JobTool } from '../../protocol/job.ts'
import type { OfferedTool } from '../claude/turn.ts'
import { checkSchema } from './check-schema.ts'
import { InvalidJobError } from './invalid-job.ts'
import { OfferedNames, type ToolDefinition } from './offered-names.ts'

/** The job's own tools, by who runs them, and what the model calls each tool of the conversation. */
export interface PlannedTools {
  readonly returned: readonly OfferedTool[]
  readonly live: readonly OfferedTool[]
  readonly names: OfferedNames
}

/**
 * A plain job's tools are all run by the caller. Of a coordinator's, those that it names; the others run live through it.
 * @throws InvalidJobError for a tool without a name or with a schema that Claude Code would not take.
 */
export function planTools(job: Job): PlannedTools {
  const names = new OfferedNames()
  const offered = names.offer(withoutRepeats(job.tools.map(definitionOf)))
  const callers = new Set(job.caller_tools ?? [])
  const isReturned = (tool: OfferedTool) => !isCoordinatorJob(job) || callers.has(tool.callerName)
  return { returned: offered.filter(isReturned), live: offered.filter((tool) => !isReturned(tool)), names }
}

function definitionOf({ function: tool }: JobTool, index: number): ToolDefinition {
  if (tool.name === '') throw new InvalidJobError(`tools[${index}]: a tool needs a name.`)
  return { callerName: tool.name, description: tool.description, inputSchema: checkSchema(tool.parameters, tool.name) }
}

/** One and the same tool sent twice is one tool; two tools that only share their name stay two. */
function withoutRepeats(tools: readonly ToolDefinition[]): ToolDefinition[] {
  const byName = new Map<string, ToolDefinition[]>()
  return tools.filter((tool) => {
    const known = byName.get(tool.callerName) ?? []
    if (known.some((other) => isDeepStrictEqual(other, tool))) return false
    byName.set(tool.callerName, [...known, tool])
    return true
  })
}
