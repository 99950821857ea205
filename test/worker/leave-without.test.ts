import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../../src/shared/errors.ts'
import { leaveWithout } from '../../src/worker/leave-without.ts'
import { StopRequests, type StopStep } from '../../src/worker/stop-requests.ts'
import { EventRecord } from '../support/event-record.ts'
import { WatchedClock } from '../support/watched-clock.ts'

const lookEveryMs = 2_000

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-lifeline-'))
  file = join(folder, 'key')
  writeFileSync(file, 'x')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Asked {
  readonly step: StopStep
  readonly by: string
}

/** Somebody who leaves without a path, and what was asked of them. */
async function leaver(path: string) {
  const [stop, clock] = [new StopRequests(), new WatchedClock()]
  const asked = new EventRecord<Asked>('the requests')
  stop.onStep((step, { by }) => asked.push({ step, by }))
  const lifeline = await leaveWithout(path, { stop, clock })
  await clock.waitOf(lookEveryMs)
  const look = () => clock.advance(lookEveryMs)
  /** A look that finds what it looks for. */
  const lookInVain = async () => {
    look()
    await clock.waitOf(lookEveryMs)
  }
  const request = () => asked.take('request', (each): each is Asked => each.step !== undefined)
  return { stop, clock, asked, lifeline, look, lookInVain, request }
}

describe('leaving without a path', () => {
  it('is asked for, in no hurry, when the path is gone', async () => {
    const { look, lookInVain, asked, request, clock } = await leaver(file)
    await lookInVain()
    await lookInVain()
    expect(asked.all).toEqual([])
    rmSync(file)
    look()
    expect(await request()).toEqual({
      step: 'drain',
      by: `${file} is gone`,
    })
    expect(clock.armed).toBe(0)
  })

  it('is asked for when the folder above has become something else', async () => {
    const { look, request } = await leaver(file)
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'a file')
    look()
    await request()
  })

  // As in a container whose volume was removed: the name is still there.
  it.runIf(process.platform === 'linux')('is asked for when the path has lost its last link', async () => {
    const inside = join(folder, 'volume')
    mkdirSync(inside)
    const held = openSync(inside, 'r')
    try {
      const { look, lookInVain, asked, request } = await leaver(`/proc/${process.pid}/fd/${held}`)
      await lookInVain()
      expect(asked.all).toEqual([])
      rmdirSync(inside)
      look()
      await request()
    } finally {
      closeSync(held)
    }
  })

  it('is nothing that is looked for any more once it is disposed of', async () => {
    const { lifeline, clock, lookInVain, stop } = await leaver(file)
    await lookInVain()
    lifeline[Symbol.dispose]()
    expect(clock.armed).toBe(0)
    expect(stop.step).toBeUndefined()
  })

  it('is refused where the path is not there to begin with', async () => {
    const path = join(folder, 'nothing')
    await expect(leaver(path)).rejects.toThrow(
      new UsageError(`There is no ${path}, without which this worker is not to work.`),
    )
  })
})
