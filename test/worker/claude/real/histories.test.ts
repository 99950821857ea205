import { expect, it } from 'vitest'
import { prefersFile } from '../../../../src/worker/claude/conversation.ts'
import type { HistoryMessage, Turn } from '../../../../src/worker/claude/turn.ts'
import { conversationOf, systemOf, toolsOf } from '../../../support/model-request.ts'
import { noisePng } from '../../../support/png.ts'
import { describeReal, onlyRequest, sharedEngine } from '../../../support/real-claude.ts'
import {
  assistantMessage,
  imageBlock,
  offeredTool,
  textBlock,
  toolResult,
  toolUse,
  turnFrom,
  userMessage,
} from '../../../support/turn-from.ts'
import { pngData } from '../../jobs/sent-job.ts'

const shared = sharedEngine()
const image = imageBlock(pngData)
const failed = (id: string, text: string) => ({ ...toolResult(id, text), is_error: true })

/** Everything a conversation may hold. */
const everything: readonly HistoryMessage[] = [
  userMessage('  one\n', 'two parts — 世界 🌍', image),
  assistantMessage('an answer\n\n  with space around it \n'),
  userMessage('/help'),
  assistantMessage('I look.', toolUse('toolu_1', 'look', { at: 'sea', deep: { list: [1, null, 'x'] } })),
  userMessage(toolResult('toolu_1', 'a wave')),
  assistantMessage(
    toolUse('call_2', 'look'),
    toolUse('call_3', 'not_offered', { q: '"quoted"\\' }),
    toolUse('call_4', 'look'),
  ),
  userMessage(
    toolResult('call_2', 'two', 'texts'),
    failed('call_3', 'it broke'),
    toolResult('call_4', 'seen', image),
    'and now?',
  ),
  assistantMessage('Done.'),
]
/** So many that they are read from a file. */
const many: readonly HistoryMessage[] = Array.from({ length: 26 }, (_, index) => [
  userMessage(`question ${index}`),
  assistantMessage(`answer ${index}`),
]).flat()

const models = ['claude-sonnet-4-6', 'sonnet']
const tools: Turn['tools'] = { returned: [offeredTool('look')], live: [], builtin: [], builtinOff: [] }

async function asked(wishes: Parameters<typeof turnFrom>[0]) {
  const { engine } = shared
  await engine.ask(turnFrom({ system: 'Be brief.', ...wishes }))
  const { body } = onlyRequest(engine)
  expect(systemOf(body)).toEqual(['Be brief.'])
  return { body, conversation: conversationOf(body) }
}

describeReal('a history', () => {
  it.each(models)('is told as it was, without its answers being asked for: %s', async (model) => {
    expect(prefersFile(everything)).toBe(false)
    const { body, conversation } = await asked({ model, history: everything, prompt: 'so?', tools })
    expect(conversation).toEqual([...everything, userMessage('so?')])
    expect(toolsOf(body).map(({ name }) => name)).toEqual(['mcp__auxot__look'])
  })

  it.each(models)('is read from a file as it was, where it is long: %s', async (model) => {
    const history = [...many, ...everything]
    expect(prefersFile(history)).toBe(true)
    const { body, conversation } = await asked({ model, history, prompt: 'so?', tools })
    expect(conversation).toEqual([...history, userMessage('so?')])
    expect(toolsOf(body).map(({ name }) => name)).toEqual(['mcp__auxot__look'])
  })

  it('of one message each goes the same way', async () => {
    const history = [userMessage('one'), assistantMessage('two')]
    const { conversation } = await asked({ history, prompt: 'three' })
    expect(conversation).toEqual([...history, userMessage('three')])
  })

  it('of 500 messages is all there', async () => {
    const history = Array.from({ length: 250 }, () => many.slice(0, 2)).flat()
    const { conversation } = await asked({ history, prompt: 'so?' })
    expect(conversation).toEqual([...history, userMessage('so?')])
  })

  it('with pictures of any size keeps every byte of them', async () => {
    const large = imageBlock(noisePng(560, 450))
    expect(large.source.data.length).toBeGreaterThan(800_000)
    const history = [
      userMessage('look', large),
      assistantMessage(toolUse('toolu_1', 'look')),
      userMessage(toolResult('toolu_1', large)),
      assistantMessage('I see noise.'),
    ]
    const { conversation } = await asked({ history, prompt: 'so?', tools })
    expect(conversation).toEqual([...history, userMessage('so?')])
  })

  it('with a picture that fits on stdin keeps every byte of it there too', async () => {
    const history = [userMessage(imageBlock(noisePng(300, 300))), assistantMessage('noise')]
    expect(prefersFile(history)).toBe(false)
    const { conversation } = await asked({ history, prompt: 'so?' })
    expect(conversation).toEqual([...history, userMessage('so?')])
  })
})

describeReal('results of the caller’s tools', () => {
  const calls = assistantMessage('I look.', toolUse('toolu_1', 'look'), toolUse('toolu_2', 'look', { at: 'sea' }))

  it.each(models)('are the question, where the history ends in their calls: %s', async (model) => {
    const prompt = [toolResult('toolu_1', 'one'), failed('toolu_2', 'two')]
    const { conversation } = await asked({ model, history: [userMessage('look'), calls], prompt, tools })
    expect(conversation).toEqual([userMessage('look'), calls, { role: 'user', content: prompt }])
  })

  it('may hold pictures, more than 50,000 characters, and a text behind them', async () => {
    const prompt = [toolResult('toolu_1', 'x'.repeat(120_000)), toolResult('toolu_2', 'two', image), textBlock('go on')]
    const { conversation } = await asked({ history: [userMessage('look'), calls], prompt, tools })
    expect(conversation.at(-1)).toEqual({ role: 'user', content: prompt })
  })

  it('are told the same way behind a long history', async () => {
    const prompt = [toolResult('toolu_1', 'one'), toolResult('toolu_2', 'two')]
    const history = [...many, userMessage('look'), calls]
    const { conversation } = await asked({ history, prompt, tools })
    expect(conversation).toEqual([...history, { role: 'user', content: prompt }])
  })

  it('may be empty', async () => {
    const prompt = [toolResult('toolu_1'), toolResult('toolu_2', 'two')]
    const { conversation } = await asked({ history: [userMessage('look'), calls], prompt, tools })
    const [empty, full] = conversation.at(-1)?.content ?? []
    expect(empty).toMatchObject({ type: 'tool_result', tool_use_id: 'toolu_1' })
    expect(full).toEqual(prompt[1])
  })
})
