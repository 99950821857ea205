import { describe, expect, it } from 'vitest'
import { prefersFile, sessionFile } from '../../../src/worker/claude/conversation.ts'
import type { HistoryMessage } from '../../../src/worker/claude/turn.ts'
import { assistantMessage, imageBlock, toolResult, toolUse, userMessage } from '../../support/turn-from.ts'

const linesOf = (history: readonly HistoryMessage[]) =>
  sessionFile(history, Date.UTC(2026, 0, 2))
    .split('\n')
    .map((line) => (line === '' ? line : JSON.parse(line)))

describe('a session file', () => {
  const history = [
    userMessage('one', imageBlock('AAAA')),
    assistantMessage('two', toolUse('toolu_1', 'look', { a: 'line\nbreak \u2028' })),
    userMessage(toolResult('toolu_1', 'three')),
    assistantMessage('four'),
  ]

  it('has a line for each message, which holds it unchanged', () => {
    const lines = linesOf(history)
    expect(lines.pop()).toBe('')
    expect(lines.map(({ type }) => type)).toEqual(['user', 'assistant', 'user', 'assistant'])
    expect(lines.map(({ message }) => message)).toEqual(history)
  })

  it('is one chain of one session, each line dated', () => {
    const lines = linesOf(history).slice(0, -1)
    const ids = lines.map(({ uuid }) => uuid)
    expect(new Set(ids).size).toBe(4)
    expect(lines.map(({ parentUuid }) => parentUuid)).toEqual([null, ...ids.slice(0, 3)])
    expect(new Set(lines.map(({ sessionId }) => sessionId)).size).toBe(1)
    expect(new Set(lines.map(({ timestamp }) => timestamp))).toEqual(new Set(['2026-01-02T00:00:00.000Z']))
  })

  it('is another session each time', () => {
    expect(linesOf(history)[0].sessionId).not.toBe(linesOf(history)[0].sessionId)
  })
})

describe('a history', () => {
  const turns = (count: number) => Array.from({ length: count }, () => [userMessage('q'), assistantMessage('a')]).flat()
  const large = imageBlock('A'.repeat(450_004))
  const small = imageBlock('A'.repeat(450_000))

  it.each<[string, readonly HistoryMessage[], boolean]>([
    ['none', [], false],
    ['25 questions', turns(25), false],
    ['26 questions', turns(26), true],
    [
      '26 questions, and ends in a call',
      [...turns(25), userMessage('q'), assistantMessage('a', toolUse('1', 'x'))],
      false,
    ],
    ['26 questions, the last without an answer', [...turns(25), userMessage('q')], false],
    ['a small image', [userMessage('q', small), assistantMessage('a')], false],
    ['a large image', [userMessage('q', large), assistantMessage('a')], true],
    [
      'a large image in a result',
      [
        userMessage('q'),
        assistantMessage(toolUse('1', 'x')),
        userMessage(toolResult('1', large)),
        assistantMessage('a'),
      ],
      true,
    ],
    ['a large image, and ends in a call', [userMessage('q', large), assistantMessage(toolUse('1', 'x'))], false],
    [
      'an image elsewhere',
      [
        userMessage('q', { type: 'image', source: { type: 'url', url: `https://x/${'a'.repeat(500_000)}` } }),
        assistantMessage('a'),
      ],
      false,
    ],
    ['a long text', [userMessage('q'.repeat(500_000)), assistantMessage('a'.repeat(500_000))], false],
  ])('of %s is read from a file: %s', (_, history, isFile) => {
    expect(prefersFile(history)).toBe(isFile)
  })
})
