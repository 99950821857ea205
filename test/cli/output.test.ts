import { describe, expect, it } from 'vitest'
import { asksForJson } from '../../src/cli/asks-for-json.ts'
import { columns } from '../../src/cli/columns.ts'
import { runSteps } from '../../src/cli/steps.ts'
import { useColour } from '../../src/cli/use-colour.ts'

describe('colour', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ TERM: 'xterm' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
  ])('with %j and a terminal (%s): %s', (env, isTerminal, expected) => {
    expect(useColour(env, isTerminal)).toBe(expected)
  })
})

describe('JSON is wanted', () => {
  it.each([
    [['dev', '--json'], {}, true],
    [['dev'], {}, false],
    [['dev', '--', '--json'], {}, false],
    [['dev'], { AUXOT_JSON: 'true' }, true],
    [['dev'], { AUXOT_JSON: '0' }, false],
    [['dev'], { AUXOT_JSON: 'perhaps' }, false],
  ])('by %j and %j: %s', (argv, env, expected) => expect(asksForJson(argv, env)).toBe(expected))
})

describe('steps', () => {
  function display(quiet: boolean) {
    const lines: string[] = []
    let now = 0
    return {
      lines,
      live: false,
      quiet,
      colour: false,
      write: (line: string) => lines.push(line),
      now: () => (now += 250),
    }
  }

  it('are one plain line each, once they are done', async () => {
    const shown = display(false)
    const done: string[] = []
    const step = (title: string) => ({ title, run: async () => `result ${done.push(title)}` })
    await runSteps([step('one'), step('two')], shown)
    expect(shown.lines).toEqual(['+ one: result 1 250ms', '+ two: result 2 250ms'])
  })

  it('with parts of their own are a line for each part too', async () => {
    const shown = display(false)
    const run = async (tell: (part: string) => void) => {
      for (const part of ['1/2', '2/2']) tell(part)
      return 'built'
    }
    await runSteps([{ title: 'image', run }], shown)
    expect(shown.lines).toEqual(['+ image 1/2 250ms', '+ image 2/2 250ms', '+ image: built 1.3s'])
  })

  it('end with the first that fails', async () => {
    const shown = display(true)
    const later = { title: 'two', run: () => expect.unreachable() }
    await expect(
      runSteps([{ title: 'one', run: () => Promise.reject(new Error('no')) }, later], shown),
    ).rejects.toThrow('no')
    expect(shown.lines).toEqual([])
  })
})

it('columns are as wide as their widest cell', () => {
  expect(
    columns([
      ['a', 'bb', ''],
      ['ccc', 'd', 'e'],
    ]),
  ).toBe('a    bb\nccc  d   e')
})
