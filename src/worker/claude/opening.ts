import type { ControlRequest } from './frames.ts'
import { toolServerName } from './tool-server-name.ts'
import type { Turn } from './turn.ts'

/** What is said to a process once, before its first question: it cannot be taken back. */
export function initializeRequest({ system, tools }: Pick<Turn, 'system' | 'tools'>): ControlRequest {
  const offers = tools.returned.length + tools.live.length > 0
  return {
    subtype: 'initialize',
    systemPrompt: system === '' ? [] : [system],
    sdkMcpServers: offers ? [toolServerName] : [],
    ...(tools.returned.length > 0 && {
      hooks: { PreToolUse: [{ matcher: `mcp__${toolServerName}__.*`, hookCallbackIds: ['returned-tools'] }] },
    }),
  }
}

/** Reasoning is passed on in words that can be read. */
export const readableReasoning: ControlRequest = {
  subtype: 'set_max_thinking_tokens',
  thinking_display: 'summarized',
}

/**
 * Model, effort and limits of one question. All of the variables are named each time: what one question set
 * stays in force for the next one, and only an empty value takes it back.
 */
export function settingsRequest(
  turn: Pick<Turn, 'model' | 'effort' | 'maxTokens' | 'temperature' | 'env'>,
): ControlRequest {
  const effort = turn.effort === 'off' ? undefined : turn.effort
  return {
    subtype: 'apply_flag_settings',
    settings: {
      model: turn.model,
      effortLevel: effort ?? null,
      env: {
        ...turn.env,
        CLAUDE_CODE_MAX_OUTPUT_TOKENS: turn.maxTokens === undefined ? '' : String(turn.maxTokens),
        CLAUDE_CODE_EXTRA_BODY: turn.temperature === undefined ? '' : JSON.stringify({ temperature: turn.temperature }),
        CLAUDE_CODE_DISABLE_THINKING: thinks(turn) ? '' : '1',
      },
    },
  }
}

/** Whether the model reasons. The model service takes a temperature only where it does not reason; naming an effort says which of the two matters. */
export function thinks({ effort, temperature }: Pick<Turn, 'effort' | 'temperature'>): boolean {
  return effort !== 'off' && (temperature === undefined || temperature === 1 || effort !== undefined)
}
