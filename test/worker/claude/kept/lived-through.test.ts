import { describe, expect, it } from 'vitest'
import type { Call } from '../../../../src/worker/claude/answer.ts'
import { conversationKey } from '../../../../src/worker/claude/fingerprint.ts'
import type { ResultBlock } from '../../../../src/worker/claude/frames.ts'
import { livedThrough } from '../../../../src/worker/claude/kept-sessions.ts'
import { Transcript } from '../../../../src/worker/claude/transcript.ts'
import type { HistoryMessage } from '../../../../src/worker/claude/turn.ts'
import { assistantMessage, toolResult, toolUse, turnFrom, userMessage } from '../../../support/turn-from.ts'

type Said = string | { readonly call: string; readonly result?: ResultBlock['content']; readonly isError?: boolean }

/** A transcript of answers, each a list of what the model said and called, in order. */
function transcriptOf(...answers: readonly (readonly Said[])[]): Transcript {
  const transcript = new Transcript()
  for (const answer of answers) {
    transcript.startAnswer()
    for (const said of answer) {
      if (typeof said === 'string') transcript.addText(said)
      else call(transcript, said)
    }
  }
  return transcript
}

function call(transcript: Transcript, { call: name, result, isError }: Exclude<Said, string>): void {
  const made: Call = { id: `id_${name}`, name: `mcp__auxot__${name}`, input: { of: name }, result: undefined }
  transcript.addCall(made)
  if (result === undefined) return
  made.result = 'it ran'
  const error = isError ? { is_error: true } : {}
  transcript.addResult(made, { type: 'tool_result', tool_use_id: made.id, content: result, ...error })
}

const use = (name: string) => toolUse(`id_${name}`, name, { of: name })

describe('a turn comes back in the history', () => {
  it('as what was said, where nothing was called', () => {
    expect(transcriptOf(['One ', 'answer.']).forms()).toEqual({ open: [[assistantMessage('One answer.')]], short: [] })
  })

  it('with the calls that the caller runs, its text before them', () => {
    const { open, short } = transcriptOf(['Let me look.', { call: 'a' }, { call: 'b' }]).forms()
    expect({ open, short }).toEqual({ open: [[assistantMessage('Let me look.', use('a'), use('b'))]], short: [] })
  })

  it('without a text that is blank', () => {
    expect(transcriptOf(['\n\n', { call: 'a' }]).forms().open).toEqual([[assistantMessage(use('a'))]])
  })

  it('whole from callers that see tools run, short from those that do not', () => {
    const forms = transcriptOf(
      ['Wait. ', { call: 'a', result: 'seen' }],
      ['Then. ', { call: 'b', result: '' }],
      ['Done.'],
    )
    expect(forms.forms()).toEqual({
      open: [
        [
          assistantMessage('Wait. ', use('a')),
          userMessage(toolResult('id_a', 'seen')),
          assistantMessage('Then. ', use('b')),
          userMessage(toolResult('id_b')),
          assistantMessage('Done.'),
        ],
      ],
      // A coordinator keeps what stood before the first tool and after the last.
      short: [[assistantMessage('Wait. Then. Done.')], [assistantMessage('Wait. Done.')]],
    })
  })

  it('whole up to calls of the caller in an answer of their own', () => {
    const { open, short } = transcriptOf([{ call: 'a', result: 'seen' }], ['Now you.', { call: 'b' }]).forms()
    const whole = [
      assistantMessage(use('a')),
      userMessage(toolResult('id_a', 'seen')),
      assistantMessage('Now you.', use('b')),
    ]
    expect(open).toEqual([whole])
    expect(short).toEqual([[assistantMessage('Now you.', use('b'))], [assistantMessage(use('b'))]])
  })

  it('short only, where one answer calls tools that run and tools of the caller', () => {
    const { open, short } = transcriptOf(['Both.', { call: 'a', result: 'seen' }, { call: 'b' }]).forms()
    expect(open).toEqual([])
    expect(short[0]).toEqual([assistantMessage('Both.', use('b'))])
  })

  it('with the error of a result, which no history can show', () => {
    const [whole = []] = transcriptOf([{ call: 'a', result: 'no', isError: true }], ['Hm.']).forms().open
    const inHistory = [assistantMessage(use('a')), userMessage(toolResult('id_a', 'no')), assistantMessage('Hm.')]
    expect(conversationKey(whole)).not.toBe(conversationKey(inHistory))
  })

  it('short only, where a result holds what no history can hold', () => {
    const { open } = transcriptOf([{ call: 'a', result: [{ type: 'document' }] }], ['Hm.']).forms()
    expect(open).toEqual([])
  })

  it.each([
    ['text after a call', [['Before.', { call: 'a' }, 'After.']]],
    ['two answers and nothing between them', [['One.'], ['Two.']]],
  ] satisfies [string, Said[][]][])('in no way that is certain: %s', (_what, answers) => {
    expect(transcriptOf(...answers).forms()).toEqual({ open: [], short: [] })
  })

  it('in no way that is certain: a blank block among its texts, which Claude Code leaves out', () => {
    const transcript = transcriptOf([])
    for (const text of ['Well.', '\n\n']) {
      transcript.startText()
      transcript.addText(text)
    }
    expect(transcript.forms()).toEqual({ open: [], short: [] })
  })

  it('in no way that is certain: arguments that are no JSON object', () => {
    const transcript = new Transcript()
    transcript.startAnswer()
    transcript.addCall({ id: 'id', name: 'a', input: undefined, result: undefined })
    expect(transcript.forms()).toEqual({ open: [], short: [] })
  })
})

describe('what a session has lived through', () => {
  const whole: HistoryMessage[] = [
    userMessage('Hi'),
    assistantMessage(use('a')),
    userMessage(toolResult('id_a', 'seen')),
    assistantMessage('Done.'),
  ]
  const short = [userMessage('Hi'), assistantMessage('Done.')]
  const ran = transcriptOf([{ call: 'a', result: 'seen' }], ['Done.']).forms()
  const turn = turnFrom({ prompt: 'Hi' })

  it('is the history, the question and the answer', () => {
    const { conversations } = livedThrough(
      turnFrom({ history: short, prompt: 'More?' }),
      transcriptOf(['Yes.']).forms(),
      false,
    )
    expect(conversations).toEqual([conversationKey([...short, userMessage('More?'), assistantMessage('Yes.')])])
  })

  it('is found by a history that hides tools under the same conversation of the router only', () => {
    expect(livedThrough(turn, ran, false).conversations).toEqual([conversationKey(whole)])
    const [open, ...own] = livedThrough({ ...turn, conversation: 'c1' }, ran, false).conversations
    expect(open).toBe(conversationKey(whole))
    expect(own).toHaveLength(2)
    expect(own).not.toContain(conversationKey(short))
    const others = livedThrough({ ...turn, conversation: 'c2' }, ran, false).conversations
    expect(others.filter((key) => own.includes(key))).toEqual([])
  })

  it('stays bound to that conversation while a tool is hidden in the history', () => {
    const later = turnFrom({ history: short, prompt: 'More?' })
    const forms = transcriptOf(['Yes.']).forms()
    const open = livedThrough(later, forms, false).conversations
    expect(livedThrough(later, forms, true).conversations).toEqual([])
    const own = livedThrough({ ...later, conversation: 'c1' }, forms, true).conversations
    expect(own).toHaveLength(1)
    expect(own).not.toEqual(open)
  })
})
