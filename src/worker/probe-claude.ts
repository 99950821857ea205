import type { ProbeResult } from './absence.ts'
import { ClaudeFailure } from './claude/claude-failure.ts'
import type { ClaudePool } from './claude/claude-pool.ts'
import type { Turn } from './claude/turn.ts'

/** Asks Claude the smallest question there is. Rejects only when the signal aborts. */
export async function probeClaude(claude: ClaudePool, model: string, signal: AbortSignal): Promise<ProbeResult> {
  try {
    return { kind: (await isAnswered(claude, model, signal)) ? 'works' : 'still' }
  } catch (error) {
    signal.throwIfAborted()
    const resetsAt = error instanceof ClaudeFailure ? error.rateLimit?.resetsAt : undefined
    return { kind: 'still', untilMs: resetsAt === undefined ? undefined : resetsAt * 1_000 }
  }
}

/** Whether the smallest question there is gets an answer. @throws ClaudeFailure when it is refused. */
export async function isAnswered(claude: ClaudePool, model: string, signal: AbortSignal): Promise<boolean> {
  const turn = probeTurn(model)
  using lease = await claude.lease(turn)
  for await (const event of lease.session.ask(turn, { callLiveTool: noTools }, signal)) {
    if (event.type === 'result') return true
  }
  return false
}

function probeTurn(model: string): Turn {
  return {
    jobId: 'probe',
    system: '',
    history: [],
    prompt: [{ type: 'text', text: 'Reply with the word ok.' }],
    tools: { returned: [], live: [], builtin: [], builtinOff: [] },
    model,
    effort: 'off',
    maxTokens: 8,
    temperature: undefined,
    env: {},
    conversation: undefined,
  }
}

function noTools(): Promise<never> {
  return Promise.reject(new Error('a probe has no tools'))
}
