import { assistantFrame, questionFrame, silentUserFrame } from '../../src/worker/claude/frames.ts'
import { initializeRequest, readableReasoning, settingsRequest } from '../../src/worker/claude/opening.ts'
import type { HistoryMessage, Turn } from '../../src/worker/claude/turn.ts'
import type { BareClaude } from './bare-claude.ts'

/** Says everything of a job to a bare process that has heard nothing yet, and asks. What is `told` of the history it has not read from a file. */
export async function askBare(claude: BareClaude, turn: Turn, told = turn.history): Promise<void> {
  if (told.length === 0) {
    claude.send(...openingOf(claude, turn), questionFrame(turn.prompt))
    return
  }
  claude.send(...openingOf(claude, turn))
  await tellHistory(claude, told)
  claude.send(questionFrame(turn.prompt))
}

/** Tells the past message by message; the assistant's answers must not overtake the questions. */
export async function tellHistory(
  claude: BareClaude,
  history: readonly HistoryMessage[],
  onTold: (message: HistoryMessage) => void = () => {},
): Promise<void> {
  for (const message of history) {
    if (message.role === 'user') {
      claude.send(silentUserFrame(message.content))
      await claude.result()
    } else {
      claude.send(assistantFrame(message.content))
    }
    onTold(message)
  }
}

/** What is said to a process once, before its first question. */
export function openingOf(claude: BareClaude, turn: Turn): object[] {
  return [
    claude.request(initializeRequest(turn)),
    claude.credential,
    claude.request(readableReasoning),
    claude.request(settingsRequest(turn)),
  ]
}
