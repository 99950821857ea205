import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Patience } from '../../../src/cli/fleet/patience.ts'
import { cutLine } from '../../../src/cli/fleet/status/cut-line.ts'
import { eachDocument, lastDocument } from '../../../src/cli/fleet/status/document-display.ts'
import { liveScreen } from '../../../src/cli/fleet/status/live-screen.ts'
import { eachChange, lastTable } from '../../../src/cli/fleet/status/text-display.ts'
import { whileWaiting } from '../../../src/cli/fleet/status/wait-display.ts'
import { Screen } from '../../../src/credentials/setup-token/screen.ts'
import { answering, fleetOf, healthyRouter, statusOfSight } from '../../support/sights.ts'
import { WatchedClock } from '../../support/watched-clock.ts'

/** What a display writes. */
function output(colour = false) {
  const printed: string[] = []
  const told: string[] = []
  return {
    printed,
    told,
    print: (text: string) => void printed.push(text),
    tell: (line: string) => void told.push(line),
    colour,
  }
}

const fleets = (...slots: readonly number[]) => [fleetOf(slots.map((slot) => answering(slot, 'idle')))]
const calm = statusOfSight({ router: healthyRouter(), fleets: fleets(1, 2) })
const alarmed = statusOfSight({ router: healthyRouter({ workers: 0 }), fleets: fleets(1) })

describe('looks are shown', () => {
  it('as the last document, or each on a line', () => {
    const [last, each] = [output(), output()]
    for (const display of [lastDocument(last), eachDocument(each)]) {
      display.show(calm)
      display.show(alarmed)
      display.end(alarmed, undefined)
    }
    expect(last.printed).toEqual([`${JSON.stringify(alarmed, undefined, 2)}\n`])
    expect(each.printed).toEqual([calm, alarmed].map((document) => `${JSON.stringify(document)}\n`))
    lastDocument(output()).end(undefined, undefined)
  })

  it('as the last table, with the warnings beside the result', () => {
    const out = output()
    const display = lastTable(out)
    display.show(alarmed)
    display.end(alarmed, undefined)
    expect(out.printed).toEqual([expect.stringMatching(/^router .*default-1 /s)])
    expect(out.told).toEqual([expect.stringMatching(/^Warning: The router .* counts 0 workers/)])
  })

  it('as changes, with a warning when it comes up and not again', () => {
    const out = output()
    const display = eachChange(out)
    for (const document of [calm, alarmed, alarmed, calm, alarmed]) display.show(document)
    expect(out.printed.map((line) => line.trimEnd().slice(9))).toEqual([
      'router https://router.example.com: 2 workers, 1 of 2 slots busy, 1 available',
      'default-1 idle',
      'default-2 idle',
      'default-2 idle → gone',
      'default-2 idle',
      'default-2 idle → gone',
    ])
    expect(out.told).toEqual([1, 2].map(() => expect.stringMatching(/^12:00:00 Warning: The router/)))
  })
})

describe('at a terminal, looks are shown', () => {
  /** What stands on a screen of that many rows after the looks. */
  async function shown(rows: number, ...looks: readonly (typeof calm)[]) {
    using screen = new Screen({ columns: 60, rows })
    const out = output()
    const display = liveScreen(out, () => ({ columns: 60, rows }))
    for (const look of looks) display.show(look)
    for (const text of out.printed) screen.write(text.replaceAll('\n', '\r\n'))
    return { lines: [...(await screen.lines())].map((line) => line.trimEnd()), out, display }
  }

  it('in place: nothing of the look before is left', async () => {
    const { lines } = await shown(20, calm, alarmed)
    expect(lines.filter((line) => line !== '')).toEqual([
      '12:00:00, Ctrl-C ends',
      'router  https://router.example.com: 0 workers, 1 of 2 slots',
      'fleet   default (docker): 1 of 1 worker, 1 ready',
      'WORKER     STATE  JOB  SINCE  DONE  FAILED  VERSION  UP TO D',
      'default-1  idle   –    10.0s  3     1       0.1.0    yes',
      expect.stringMatching(/^Warning: The router https:\/\/router.example.com counts 0 wor/),
    ])
  })

  it('as far as they fit', async () => {
    const many = statusOfSight({ router: healthyRouter({ workers: 9, slots: 9 }), fleets: fleets(1, 2, 3, 4, 5, 6, 7) })
    const { lines } = await shown(10, many)
    expect(lines.filter((line) => line !== '').map((line) => line.split(' ')[0])).toEqual([
      '12:00:00,',
      'router',
      'fleet',
      'WORKER',
      'default-1',
      'default-2',
      '…',
    ])
    expect(lines).toContain('… 5 more lines')
  })

  it.each([
    ['plain and long', 5, 'plain'],
    ['short', 9, 'short'],
    ['\u001b[32midle\u001b[39m and more', 6, '\u001b[32midle\u001b[39m a'],
    ['\u001b[32midle\u001b[39m and more', 2, '\u001b[32mid\u001b[39m'],
  ])('with lines cut at its edge: %j to %d', (line, width, cut) => expect(cutLine(line, width)).toBe(cut))

  it('and the terminal is put back at the end', async () => {
    const { out, display } = await shown(20, calm)
    expect(out.printed[0]?.startsWith('\u001b[?25l\u001b[2J\u001b[H')).toBe(true)
    display.end(calm, undefined)
    expect(out.printed.at(-1)).toBe('\u001b[?25h')
    const early = output()
    liveScreen(early, () => ({ columns: 60, rows: 20 })).end(undefined, undefined)
    expect(early.printed).toEqual([])
  })
})

describe('while something is waited for', () => {
  const nothing = { show: () => {}, end: () => {} }

  it('it is told how far it is, once for each change, and why it was given up', () => {
    const out = output()
    const display = whileWaiting(nothing, out, { waitFor: { kind: 'ready', count: 5 }, isQuiet: false })
    for (const document of [alarmed, alarmed, calm]) display.show(document)
    const clock = new WatchedClock()
    const silent = new EventEmitter()
    using patience = new Patience({ limitMs: 60_000, clock, emitter: silent, output: silent })
    clock.advance(60_000)
    display.end(calm, patience.ended)
    expect(out.told).toEqual([
      '- 1 of 5 workers are ready',
      '- 2 of 5 workers are ready',
      'Error: 1m 0s have passed, and 2 of 5 workers are ready.',
    ])
  })

  it('nothing is told where that is not wanted, or where it has come', () => {
    const out = output()
    const display = whileWaiting(nothing, out, { waitFor: { kind: 'ready', count: 2 }, isQuiet: true })
    display.show(calm)
    display.end(calm, undefined)
    expect(out.told).toEqual([])
  })
})
