import { modelToolName } from './tool-server-name.ts'
import type { OfferedTool, Turn } from './turn.ts'

/** Who runs a tool that the model called. */
export type ToolKind = 'returned' | 'live' | 'builtin'

/** The tools of one turn, looked up by the name that the model uses. */
export class ToolNames {
  readonly #offered: ReadonlyMap<string, { kind: ToolKind; tool: OfferedTool }>

  constructor({ returned, live }: Pick<Turn['tools'], 'returned' | 'live'>) {
    const entry = (kind: ToolKind) => (tool: OfferedTool) => [modelToolName(tool.name), { kind, tool }] as const
    this.#offered = new Map([...returned.map(entry('returned')), ...live.map(entry('live'))])
  }

  /** Everything that is not offered by us is Claude Code's own. */
  kindOf(modelName: string): ToolKind {
    return this.#offered.get(modelName)?.kind ?? 'builtin'
  }

  /** What the caller calls it; Claude Code's own tools keep their name. */
  callerName(modelName: string): string {
    return this.#offered.get(modelName)?.tool.callerName ?? modelName
  }
}
