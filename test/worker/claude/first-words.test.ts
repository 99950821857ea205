import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/shared/clock.ts'
import { ControlChannel } from '../../../src/worker/claude/control-channel.ts'
import { FirstWords } from '../../../src/worker/claude/first-words.ts'
import type { OutgoingFrame } from '../../../src/worker/claude/frames.ts'
import type { SessionDirectory } from '../../../src/worker/claude/session-directory.ts'
import { turnFrom } from '../../support/turn-from.ts'

/** Never looked into: no history is written and no key handed over. */
const directory = {} as SessionDirectory

function firstWords(builtin: readonly string[] = []) {
  const written: OutgoingFrame[][] = []
  const control: ControlChannel = new ControlChannel({ write: accept, onRefused: () => {} })
  /** Claude Code takes back the warm-up of a spare when it is asked to. */
  function accept(frame?: OutgoingFrame): void {
    if (frame?.type !== 'control_request') return
    const response = { subtype: 'success', request_id: frame.request_id, response: { rewound: true } }
    queueMicrotask(() => control.settle({ type: 'control_response', response }))
  }
  const words = new FirstWords({
    config: {},
    spec: { builtin, resumes: false },
    directory,
    clock: systemClock,
    control,
    write: (...frames) => written.push(frames),
    untilTaken: () => Promise.resolve(),
  })
  return { words, written: () => written.splice(0).map((frames) => frames.map(nameOf)) }
}

function nameOf(frame: OutgoingFrame): string {
  return frame.type === 'control_request' ? frame.request.subtype : frame.type
}

const settings = 'apply_flag_settings'
const setup = ['initialize', 'set_max_thinking_tokens']

describe('settings of a question', () => {
  it('are said with the first one, and with a later one only where they differ', async () => {
    const { words, written } = firstWords()
    await words.begin(turnFrom({ maxTokens: 100 }))
    expect(written()).toEqual([[...setup, settings]])
    await words.goOn(turnFrom({ prompt: 'and then?', maxTokens: 100 }))
    expect(written()).toEqual([])
    await words.goOn(turnFrom({ maxTokens: 200 }))
    expect(written()).toEqual([[settings]])
    await words.goOn(turnFrom({ maxTokens: 100 }))
    expect(written()).toEqual([[settings]])
    await words.goOn(turnFrom({ maxTokens: 100, temperature: 0.5 }))
    expect(written()).toEqual([[settings]])
  })

  it('are not said again to a spare that was told them in advance', async () => {
    const { words, written } = firstWords()
    const { model, system, tools, effort, temperature } = turnFrom()
    await words.prepare({ model, system, tools, effort, temperature })
    expect(written()).toEqual([[...setup, settings, 'user']])
    await words.begin(turnFrom())
    expect(written().flat()).toEqual([])
  })

  it('are said to a spare whose job has limits that no forecast can know', async () => {
    const { words, written } = firstWords()
    const { model, system, tools, effort, temperature } = turnFrom()
    await words.prepare({ model, system, tools, effort, temperature })
    written()
    await words.begin(turnFrom({ maxTokens: 100 }))
    expect(written()).toEqual([[settings]])
  })

  it('differ where the secrets for the tools do', async () => {
    const { words, written } = firstWords(['Bash'])
    await words.begin(turnFrom({ env: { PLACE: 'here' } }))
    written()
    await words.goOn(turnFrom({ env: { PLACE: 'there' } }))
    expect(written()).toEqual([[settings]])
  })
})
