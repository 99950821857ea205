/** What our tool server is called within Claude Code. */
export const toolServerName = 'auxot'

/** How the model knows a tool that our server offers. */
export function modelToolName(offeredName: string): string {
  return `mcp__${toolServerName}__${offeredName}`
}
