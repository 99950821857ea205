import type { AssistantBlock, HistoryMessage, TextBlock, UserBlock } from '../claude/turn.ts'
import { InvalidJobError } from './invalid-job.ts'
import type { OfferedNames } from './offered-names.ts'
import { planContent, planText } from './plan-content.ts'
import { isSystem, laterSystemBlocks, type PlacedMessage } from './plan-system.ts'
import { type PlannedCall, ToolCallReader } from './plan-tool-calls.ts'
import { type Reply, replyBlocks } from './plan-tool-results.ts'

/** A conversation, cut before the message that is to be answered. */
export interface PlannedHistory {
  readonly history: readonly HistoryMessage[]
  readonly prompt: readonly UserBlock[]
}

/** Said for a caller whose conversation begins with the assistant: the model's service wants a user first. */
export const openingText = '[The conversation begins with a message of the assistant.]'
/** Asked for a caller whose conversation ends with the assistant: Claude Code cannot be made to go on by itself. */
export const continueText = 'Continue your last message exactly where it ended. Do not repeat any of it.'

type Speech = Reply | AssistantSpeech

interface AssistantSpeech {
  readonly by: 'assistant'
  readonly texts: readonly TextBlock[]
  readonly calls: readonly PlannedCall[]
}

/**
 * The messages of a job, system prompt aside, as user and assistant in turn.
 * Whatever says nothing is left out first, so that its neighbours come together as the model's service would see them.
 */
export function planHistory(conversation: readonly PlacedMessage[], names: OfferedNames): PlannedHistory {
  const calls = new ToolCallReader(names)
  const speeches = conversation.map((placed) => readSpeech(placed, calls)).filter((speech) => !saysNothing(speech))
  if (!speeches.some(({ by }) => by === 'user' || by === 'tool')) {
    throw new InvalidJobError('The request has no user message with any content: there is nothing to answer.')
  }
  return inTurn(roundsOf(speeches))
}

function readSpeech(placed: PlacedMessage, calls: ToolCallReader): Speech {
  const { message, place } = placed
  if (isSystem(message)) return { by: 'system', blocks: laterSystemBlocks(placed) }
  if (message.role === 'assistant') return assistantSpeech(placed, calls)
  const blocks = planContent(message, place)
  return message.role === 'tool' ? { by: 'tool', callId: message.tool_call_id ?? '', blocks } : { by: 'user', blocks }
}

function assistantSpeech({ message, place }: PlacedMessage, reader: ToolCallReader): AssistantSpeech {
  const calls = message.tool_calls.map((call) => reader.read(call))
  return { by: 'assistant', texts: planText(message, place), calls }
}

/** An empty result of a tool is a result all the same. */
function saysNothing(speech: Speech): boolean {
  if (speech.by === 'assistant') return speech.texts.length === 0 && speech.calls.length === 0
  return speech.blocks.length === 0 && speech.by !== 'tool'
}

/** What the assistant said in a row, and what was said to it then. */
interface Round {
  readonly assistant: AssistantSpeech[]
  readonly replies: Reply[]
}

/** Neighbours of one side together. Only the first round may lack the assistant's part, only the last one the replies. */
function roundsOf(speeches: readonly Speech[]): Round[] {
  let round: Round = { assistant: [], replies: [] }
  const rounds = [round]
  for (const speech of speeches) {
    if (speech.by !== 'assistant') {
      round.replies.push(speech)
      continue
    }
    if (round.replies.length > 0) {
      round = { assistant: [], replies: [] }
      rounds.push(round)
    }
    round.assistant.push(speech)
  }
  return rounds
}

/** The user's message of a round waits until it is known whether it belongs to the history or is the prompt. */
function inTurn(rounds: readonly Round[]): PlannedHistory {
  const history: HistoryMessage[] = []
  let prompt: readonly UserBlock[] = [textBlock(openingText)]
  for (const { assistant, replies } of rounds) {
    const calls = assistant.flatMap((speech) => speech.calls)
    if (assistant.length > 0) {
      history.push({ role: 'user', content: prompt })
      history.push({ role: 'assistant', content: assistantBlocks(assistant, calls) })
    }
    const answer = replyBlocks(calls, replies)
    prompt = answer.length > 0 ? answer : [textBlock(continueText)]
  }
  return { history, prompt }
}

/** All texts before all calls: Claude Code would put a message in that order anyway. */
function assistantBlocks(speeches: readonly AssistantSpeech[], calls: readonly PlannedCall[]): AssistantBlock[] {
  return [...speeches.flatMap(({ texts }) => texts), ...calls.map(({ block }) => block)]
}

function textBlock(text: string): TextBlock {
  return { type: 'text', text }
}
