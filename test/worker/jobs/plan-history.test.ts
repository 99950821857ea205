import { describe, expect, it } from 'vitest'
import type { SentJob } from '../../../src/protocol/job.ts'
import type {
  HistoryMessage,
  ImageBlock,
  TextBlock,
  ToolResultBlock,
  ToolUseBlock,
  UserBlock,
} from '../../../src/worker/claude/turn.ts'
import { InvalidJobError } from '../../../src/worker/jobs/invalid-job.ts'
import { continueText, openingText } from '../../../src/worker/jobs/plan-history.ts'
import { noResultText } from '../../../src/worker/jobs/plan-tool-results.ts'
import { planTurn } from '../../../src/worker/jobs/plan-turn.ts'
import { pngData, sentCall, sentJob } from './sent-job.ts'

type SentMessage = NonNullable<SentJob['messages']>[number]

function planned(...messages: readonly SentMessage[]) {
  const { system, history, prompt } = planTurn(sentJob({ messages: [...messages] }), {
    policy: undefined,
    settings: { defaultModel: 'm', builtinTools: [] },
  }).turn
  return { system, conversation: [...history, { role: 'user' as const, content: prompt }] }
}

// What the caller sends.
const system = (content: SentMessage['content']): SentMessage => ({ role: 'system', content })
const user = (content: SentMessage['content']): SentMessage => ({ role: 'user', content })
const assistant = (content: SentMessage['content'], ...calls: ReturnType<typeof sentCall>[]): SentMessage => ({
  role: 'assistant',
  content,
  ...(calls.length > 0 && { tool_calls: calls }),
})
const tool = (tool_call_id: string | undefined, content: SentMessage['content']): SentMessage => ({
  role: 'tool',
  content,
  ...(tool_call_id !== undefined && { tool_call_id }),
})
const call = (id: string, name = 'look', input = '{}') => sentCall(id, name, input)
const part = (text: string) => ({ type: 'text', text })
const imagePart = { type: 'image_url', image_url: { url: `data:image/png;base64,${pngData}` } }

// What the model sees.
const text = (value: string): TextBlock => ({ type: 'text', text: value })
const image: ImageBlock = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pngData } }
const use = (id: string, name = 'look', input = {}): ToolUseBlock => ({
  type: 'tool_use',
  id,
  name: `mcp__auxot__${name}`,
  input,
})
const result = (id: string, ...content: ToolResultBlock['content']): ToolResultBlock => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
})
const noResult = (id: string): ToolResultBlock => ({ ...result(id, text(noResultText)), is_error: true })
const says = (...content: UserBlock[]): HistoryMessage => ({ role: 'user', content })
const answers = (...content: (TextBlock | ToolUseBlock)[]): HistoryMessage => ({ role: 'assistant', content })

describe('the conversation of a job', () => {
  describe('texts', () => {
    it.each<[string, SentMessage[], HistoryMessage[]]>([
      ['a question', [user('Hi')], [says(text('Hi'))]],
      [
        'questions and answers in turn, word for word',
        [user(' a\n'), assistant('\tb '), user('c')],
        [says(text(' a\n')), answers(text('\tb ')), says(text('c'))],
      ],
      ['a string and one part as the same', [user([part('Hi')])], [says(text('Hi'))]],
      ['parts as blocks of their own', [user([part('a'), part('b')])], [says(text('a'), text('b'))]],
      ['two messages like two parts', [user('a'), user('b')], [says(text('a'), text('b'))]],
      [
        'two answers in a row as one',
        [user('a'), assistant('b'), assistant([part('c'), part('d')]), user('e')],
        [says(text('a')), answers(text('b'), text('c'), text('d')), says(text('e'))],
      ],
      ['no blank text', [user(['', ' \n', 'a', '\t'].map(part))], [says(text('a'))]],
      [
        'no answer that says nothing',
        [user('a'), assistant(''), user('b'), assistant(null), user('c')],
        [says(text('a'), text('b'), text('c'))],
      ],
      [
        'no question that says nothing',
        [user('a'), assistant('b'), user([]), assistant('c'), user('d')],
        [says(text('a')), answers(text('b'), text('c')), says(text('d'))],
      ],
      [
        'images among texts in their order',
        [user([part('a'), imagePart, part('b'), { type: 'image_url', image_url: 'https://example.com/x.png' }])],
        [
          says(text('a'), image, text('b'), {
            type: 'image',
            source: { type: 'url', url: 'https://example.com/x.png' },
          }),
        ],
      ],
      ['an image alone', [user([imagePart])], [says(image)]],
    ])('holds %s', (_, sent, conversation) => {
      expect(planned(...sent)).toEqual({ system: '', conversation })
    })

    it('puts a line in front of a conversation that the assistant begins', () => {
      expect(planned(assistant('Hi!'), user('a')).conversation).toEqual([
        says(text(openingText)),
        answers(text('Hi!')),
        says(text('a')),
      ])
    })

    it('asks for the rest of a conversation that ends with the assistant', () => {
      expect(planned(user('a'), assistant('One, two,')).conversation).toEqual([
        says(text('a')),
        answers(text('One, two,')),
        says(text(continueText)),
      ])
    })
  })

  describe('system messages', () => {
    const marked = (value: string) => text(`<system_message>\n${value}\n</system_message>`)

    it.each<[string, SentMessage[], string, HistoryMessage[]]>([
      ['one', [system('S'), user('a')], 'S', [says(text('a'))]],
      [
        'several at the front, developers included',
        [system('S'), { role: 'developer', content: 'D' }, system(''), system(' E '), user('a')],
        'S\n\nD\n\n E ',
        [says(text('a'))],
      ],
      ['parts', [system([part('S'), part(' '), part('T')]), user('a')], 'S\n\nT', [says(text('a'))]],
      [
        'a later one, in its place',
        [system('S'), user('a'), assistant('b'), user('c'), system('Now X'), user('d')],
        'S',
        [says(text('a')), answers(text('b')), says(text('c'), marked('Now X'), text('d'))],
      ],
      [
        'a last one after the assistant, which is answered',
        [user('a'), assistant('b'), { role: 'developer', content: [part('Now X'), part('and Y')] }],
        '',
        [says(text('a')), answers(text('b')), says(marked('Now X\n\nand Y'))],
      ],
      ['a blank later one, which says nothing', [user('a'), system(' '), user('b')], '', [says(text('a'), text('b'))]],
    ])('understands %s', (_, sent, expected, conversation) => {
      expect(planned(...sent)).toEqual({ system: expected, conversation })
    })
  })

  describe('tool calls and results', () => {
    it.each<[string, SentMessage[], HistoryMessage[]]>([
      [
        'a call after its text, and the result as the prompt',
        [user('a'), assistant('b', call('1', 'look', '{"at":"x"}')), tool('1', 'seen')],
        [says(text('a')), answers(text('b'), use('1', 'look', { at: 'x' })), says(result('1', text('seen')))],
      ],
      [
        'results in the order of the calls, before what else was said',
        [user('a'), assistant(null, call('1'), call('2')), user('b'), tool('2', 'two'), tool('1', 'one'), user('c')],
        [
          says(text('a')),
          answers(use('1'), use('2')),
          says(result('1', text('one')), result('2', text('two')), text('b'), text('c')),
        ],
      ],
      [
        'calls of two messages in a row as one round, behind their texts',
        [user('a'), assistant('', call('1')), assistant('b', call('2')), tool('1', 'one'), tool('2', 'two')],
        [
          says(text('a')),
          answers(text('b'), use('1'), use('2')),
          says(result('1', text('one')), result('2', text('two'))),
        ],
      ],
      [
        'an empty result',
        [user('a'), assistant(null, call('1')), tool('1', '')],
        [says(text('a')), answers(use('1')), says(result('1'))],
      ],
      [
        'images in a result',
        [user('a'), assistant(null, call('1')), tool('1', [part('seen'), imagePart])],
        [says(text('a')), answers(use('1')), says(result('1', text('seen'), image))],
      ],
      [
        'two results of one call in one',
        [user('a'), assistant(null, call('1')), tool('1', 'x'), tool('1', 'y')],
        [says(text('a')), answers(use('1')), says(result('1', text('x'), text('y')))],
      ],
      [
        'an honest error where a result is missing',
        [user('a'), assistant(null, call('1'), call('2')), tool('2', 'two'), user('b')],
        [says(text('a')), answers(use('1'), use('2')), says(noResult('1'), result('2', text('two')), text('b'))],
      ],
      [
        'the same where the conversation ends with calls',
        [user('a'), assistant('b', call('1'))],
        [says(text('a')), answers(text('b'), use('1')), says(noResult('1'))],
      ],
      [
        'the result of an unknown call as text, in its place',
        [user('a'), assistant(null, call('1')), tool('9', [part('x'), imagePart]), tool('1', 'one'), user('b')],
        [
          says(text('a')),
          answers(use('1')),
          says(
            result('1', text('one')),
            text('[A tool result of the call "9", which was not open at this point:]'),
            text('x'),
            image,
            text('b'),
          ),
        ],
      ],
      [
        'a result that comes too late as text, where it came',
        [user('a'), assistant(null, call('1')), user('b'), assistant('c'), tool('1', 'late')],
        [
          says(text('a')),
          answers(use('1')),
          says(noResult('1'), text('b')),
          answers(text('c')),
          says(text('[A tool result of the call "1", which was not open at this point:]'), text('late')),
        ],
      ],
      [
        'results without an id, in order, behind those that have one',
        [
          user('a'),
          assistant(null, call('1'), call('2'), call('3')),
          tool(undefined, 'x'),
          tool('', 'y'),
          tool('1', 'one'),
          tool('', 'z'),
        ],
        [
          says(text('a')),
          answers(use('1'), use('2'), use('3')),
          says(
            result('1', text('one')),
            result('2', text('x')),
            result('3', text('y')),
            text('[A tool result without a call id, which was not open at this point:]'),
            text('z'),
          ),
        ],
      ],
      [
        'a result alone',
        [tool('1', 'x')],
        [says(text('[A tool result of the call "1", which was not open at this point:]'), text('x'))],
      ],
      [
        'a conversation that begins with a call',
        [assistant(null, call('1')), tool('1', 'x')],
        [says(text(openingText)), answers(use('1')), says(result('1', text('x')))],
      ],
    ])('holds %s', (_, sent, conversation) => {
      expect(planned(...sent)).toEqual({ system: '', conversation })
    })

    it.each([
      ['', {}],
      [' \n', {}],
      ['null', {}],
      ['{}', {}],
      ['{"a":[1,{"b":null}]}', { a: [1, { b: null }] }],
      ['[1]', { raw_arguments: '[1]' }],
      ['"x"', { raw_arguments: '"x"' }],
      ['7', { raw_arguments: '7' }],
      ['{"a":', { raw_arguments: '{"a":' }],
    ])('reads the arguments %j', (input, expected) => {
      const { conversation } = planned(user('a'), assistant(null, call('1', 'look', input)), tool('1', 'x'))
      expect(conversation[1]).toEqual(answers(use('1', 'look', expected)))
    })
  })

  describe('ids of calls', () => {
    const ids = (conversation: readonly HistoryMessage[]) =>
      conversation
        .flatMap(({ content }): readonly (UserBlock | ToolUseBlock)[] => content)
        .flatMap((block) =>
          block.type === 'tool_use'
            ? [`call ${block.id}`]
            : block.type === 'tool_result'
              ? [`result ${block.tool_use_id}`]
              : [],
        )

    it.each<[string, SentMessage[], string[]]>([
      [
        'stay as they are',
        [assistant(null, call('toolu_0-A')), tool('toolu_0-A', 'x')],
        ['call toolu_0-A', 'result toolu_0-A'],
      ],
      [
        'lose characters that are not allowed',
        [assistant(null, call('call:1/ü')), tool('call:1/ü', 'x')],
        ['call call_1__', 'result call_1__'],
      ],
      ['get a name where they are empty', [assistant(null, call('')), tool('', 'x')], ['call call', 'result call']],
      [
        'are numbered when a later message repeats them',
        [assistant(null, call('1')), tool('1', 'x'), assistant(null, call('1')), tool('1', 'y')],
        ['call 1', 'result 1', 'call 1_2', 'result 1_2'],
      ],
      [
        'are numbered when they become the same',
        [assistant(null, call('a.b'), call('a:b'), call('a_b')), tool('a_b', 'z'), tool('a:b', 'y'), tool('a.b', 'x')],
        ['call a_b', 'call a_b_2', 'call a_b_3', 'result a_b', 'result a_b_2', 'result a_b_3'],
      ],
    ])('%s', (_, sent, expected) => {
      expect(ids(planned(user('a'), ...sent).conversation)).toEqual(expected)
    })

    it('deals results out in order to calls of one message that share an id', () => {
      const { conversation } = planned(
        user('a'),
        assistant(null, call('1'), call('1')),
        tool('1', 'x'),
        tool('1', 'y'),
        tool('1', 'z'),
      )
      expect(conversation.at(-1)).toEqual(says(result('1', text('x')), result('1_2', text('y'), text('z'))))
    })
  })

  describe('refusals', () => {
    const nothing = 'The request has no user message with any content: there is nothing to answer.'

    it.each<[string, SentMessage[], string]>([
      ['no message', [], nothing],
      ['a system prompt only', [system('S')], nothing],
      ['a blank question', [system('S'), user(' \n')], nothing],
      ['an assistant only', [assistant('b')], nothing],
      ['system messages around an assistant', [system('S'), assistant('b'), system('T')], nothing],
      [
        'an image of the assistant',
        [user('a'), assistant([imagePart]), user('c')],
        'messages[1]: a message of the role "assistant" can hold text only, not an image.',
      ],
      [
        'an image in the system prompt',
        [system([imagePart]), user('a')],
        'messages[0]: a message of the role "system" can hold text only, not an image.',
      ],
      [
        'an image of a later developer',
        [user('a'), { role: 'developer', content: [imagePart] }],
        'messages[1]: a message of the role "developer" can hold text only, not an image.',
      ],
      [
        'a kind of part that is not known',
        [user('a'), user([part('b'), { type: 'input_audio' }])],
        'messages[1]: content parts of type "input_audio" are not supported. Send "text" and "image_url" parts.',
      ],
      [
        'a part that lacks what it is made of',
        [user([{ type: 'image_url' }])],
        'messages[0]: a content part of type "image_url" is incomplete. Send "text" and "image_url" parts.',
      ],
      [
        'an image of a tool that cannot be read',
        [user('a'), assistant(null, call('1')), tool('1', [{ type: 'image_url', image_url: 'ftp://x/y' }])],
        'messages[2]: an image must be a data: URL with base64 data or an https: URL, not ftp:.',
      ],
    ])('refuses %s', (_, sent, sentence) => {
      expect(() => planned(...sent)).toThrow(new InvalidJobError(sentence))
    })

    it('refuses in the class that says that the request is at fault', () => {
      try {
        planned()
        expect.unreachable('a refused job')
      } catch (error) {
        expect(error).toMatchObject({ class: 'invalid_request', retryable: false, name: 'InvalidJobError' })
      }
    })
  })
})
