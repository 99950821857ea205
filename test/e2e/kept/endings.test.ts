import { afterEach, describe, expect, it, vi } from 'vitest'
import { claudeProgram } from '../../support/claude-program.ts'
import { openHouse } from '../../support/house.ts'
import { assistant, user } from '../../support/job-parts.ts'
import { processesBelow } from '../../support/processes-below.ts'
import { missesOf } from './misses.ts'

/** One process at a time: the one that is kept. */
const onlyKept = { warm: 0, kept: 1, modelRetries: 0 }

describe.skipIf(claudeProgram() === undefined || process.platform !== 'linux')('a kept process', () => {
  let house: Awaited<ReturnType<typeof openHouse>>
  afterEach(() => house[Symbol.asyncDispose]())

  /** A house whose worker keeps the process of one conversation; its pid. */
  async function begin(): Promise<number> {
    house = await openHouse({ worker: { claude: onlyKept } })
    await house.ask('Stay.').done
    const [pid, ...others] = processesBelow(house.folder)
    expect(others).toEqual([])
    return pid ?? 0
  }

  function gone(pid: number): Promise<void> {
    return vi.waitFor(() => expect(processesBelow(house.folder)).not.toContain(pid), { timeout: 10_000 })
  }

  const followUp = { messages: [user('Stay.'), assistant('Echo: Stay.'), user('Still there?')] }

  it('that is killed in the very moment of its next job is nobody’s failure', async () => {
    const pid = await begin()
    process.kill(pid, 'SIGKILL')
    const end = await house.router.submit(followUp).done
    expect(end).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: Still there?' } })
    expect(missesOf(house.worker)).toEqual(['none-kept', 'died'])
    expect(house.model.requests).toHaveLength(2)
  })

  it('ends as soon as its worker drains, and a last job is still answered', async () => {
    const pid = await begin()
    house.worker.ask('drain')
    await gone(pid)
    const end = await house.router.submit(followUp).done
    expect(end).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: Still there?' } })
    expect(await house.worker.ended).toMatchObject({ exit: 'done' })
    expect(processesBelow(house.folder)).toEqual([])
  })

  it('ends with its worker', async () => {
    await begin()
    house.worker.ask('finish')
    expect(await house.worker.ended).toMatchObject({ exit: 'done' })
    expect(processesBelow(house.folder)).toEqual([])
  })
})
