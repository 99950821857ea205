import type { OfferedTool } from './turn.ts'

/** What our tool server is called within Claude Code. */
export const toolServerName = 'auxot'

const prefix = `mcp__${toolServerName}__`

/** How the model knows a tool that our server offers. */
export function modelToolName(offeredName: string): string {
  return `${prefix}${offeredName}`
}

/** The name a tool was offered by, from the name the model used; undefined for Claude Code's own tools. */
export function offeredToolName(modelName: string): string | undefined {
  return modelName.startsWith(prefix) ? modelName.slice(prefix.length) : undefined
}

/** The name without our server's prefix; the names of Claude Code's own tools are as they are. */
export function bareToolName(modelName: string): string {
  return offeredToolName(modelName) ?? modelName
}

/** What the caller calls the tool that the model named. A tool that was never offered keeps its bare name. */
export function callerToolName(modelName: string, offered: readonly OfferedTool[]): string {
  const name = offeredToolName(modelName)
  if (name === undefined) return modelName
  return offered.find((tool) => tool.name === name)?.callerName ?? name
}
