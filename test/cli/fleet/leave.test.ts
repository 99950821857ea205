import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Leaving, leaveOne } from '../../../src/cli/fleet/leave/leave-one.ts'
import { leaveLine, leaveSentence } from '../../../src/cli/fleet/leave/leave-words.ts'
import { pickTargets, unknownWorkers } from '../../../src/cli/fleet/leave/pick-targets.ts'
import { localTarget, memberTarget, type Target } from '../../../src/cli/fleet/leave/target.ts'
import { BackendError } from '../../../src/fleet/errors.ts'
import type { EndOptions, MemberRequest } from '../../../src/fleet/fleet-backend.ts'
import type { FleetMember } from '../../../src/fleet/member.ts'
import { FakeBackend } from '../../support/fake-backend.ts'
import { member } from '../../support/fleet-members.ts'
import { answering, foreground, reportOf } from '../../support/sights.ts'
import { WatchedClock } from '../../support/watched-clock.ts'

const drain: MemberRequest = { op: 'drain' }

/** A fleet in memory whose members end when the test says so. */
class Fleet extends FakeBackend {
  readonly #ends = new Map<string, PromiseWithResolvers<void>>()

  async fleets(): Promise<string[]> {
    return ['default']
  }

  /** The member's container ends. */
  end(id: string): void {
    this.#end(id).resolve()
  }

  override async untilEnded(id: string, signal?: AbortSignal): Promise<void> {
    const { promise: over, reject } = Promise.withResolvers<never>()
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    await Promise.race([this.#end(id).promise, over])
  }

  target(id: string): Target {
    const one = this.members.get(id)
    if (!one) throw new Error(`there is no ${id}`)
    return memberTarget(one, this)
  }

  #end(id: string): PromiseWithResolvers<void> {
    const end = this.#ends.get(id) ?? Promise.withResolvers<void>()
    this.#ends.set(id, end)
    return end
  }
}

/** Lets a target leave; every step is kept as its line. */
function leaving(target: Target, request: MemberRequest = drain, wait = false) {
  const clock = new WatchedClock()
  const over = new AbortController()
  const lines: string[] = []
  const onStep = (step: Leaving) => void lines.push(leaveLine(step))
  return { clock, over, lines, done: leaveOne(target, { request, wait, clock, signal: over.signal, onStep }) }
}

describe('a worker that is asked to leave', () => {
  it('leaves, and is not waited for', async () => {
    const { done, lines } = leaving(new Fleet(answering(1, 'idle')).target('container-1'))
    expect(await done).toMatchObject({ accepted: true, state: 'draining', left: false, durationMs: 0 })
    expect(lines).toEqual(['- default-1 draining (it leaves as soon as that stalls no caller)'])
  })

  it('finishes its job, and is waited for', async () => {
    const fleet = new Fleet(answering(1, 'busy'))
    const { done, lines, clock } = leaving(fleet.target('container-1'), drain, true)
    await tick()
    clock.advance(3_200)
    fleet.end('container-1')
    expect(await done).toMatchObject({ accepted: true, state: 'stopped', left: true, durationMs: 3_200 })
    expect(lines).toEqual(['- default-1 draining (job job-of-container-1)', '- default-1 left 3.2s'])
  })

  it('stays where it is busy and was to leave only if it is not', async () => {
    const fleet = new Fleet(answering(1, 'idle'))
    fleet.busyWhenAsked.add('container-1')
    const { done, lines } = leaving(fleet.target('container-1'), { op: 'drain', ifIdle: true }, true)
    expect(await done).toMatchObject({
      accepted: false,
      state: 'busy',
      job: { id: 'job-of-container-1' },
      exit: 'partial',
    })
    expect(lines).toEqual(['! default-1 stays: it has job job-of-container-1 in hand'])
  })

  it('that has left already is done', async () => {
    const fleet = new Fleet(member(1, 'stopped'))
    const { done, lines } = leaving(fleet.target('container-1'), drain, true)
    expect(await done).toMatchObject({ accepted: true, state: 'stopped', left: true })
    expect([fleet.log, lines]).toEqual([[], ['- default-1 had left already']])
  })

  it('that has left in the meantime is done too', async () => {
    const fleet = new Fleet(member(1, 'unhealthy'))
    fleet.end('container-1')
    const { done, lines } = leaving(fleet.target('container-1'))
    expect(await done).toMatchObject({ accepted: true, state: 'stopped', left: true })
    expect(lines).toEqual(['- default-1 left 0ms'])
  })

  it('that gives no answer is said to, and left alone', async () => {
    const fleet = new Fleet(member(1, 'unhealthy', { reason: 'its container is paused' }))
    const { done, lines, clock } = leaving(fleet.target('container-1'))
    await clock.waitOf(500)
    clock.advance(500)
    expect(await done).toMatchObject({ accepted: false, state: 'unhealthy', left: false, exit: 'partial' })
    expect(lines).toEqual(['! default-1 stays: it gives no answer (its container is paused)'])
    expect(fleet.log).toEqual(['ask container-1 drain'])
  })

  it('that gives no answer is ended by its backend where it is to stop', async () => {
    const fleet = new Fleet(member(1, 'unhealthy'))
    const { done, lines, clock } = leaving(fleet.target('container-1'), { op: 'stop' })
    await clock.waitOf(500)
    clock.advance(500)
    expect(await done).toMatchObject({ accepted: true, state: 'unhealthy', left: false })
    expect(lines).toEqual(['- default-1 unhealthy (it gives no answer, so its container is ended)'])
    expect(fleet.log).toEqual(['ask container-1 stop', 'terminate container-1'])
  })

  it('that gives no answer is ended in seconds where it is to stop by force', async () => {
    const fleet = new Fleet(member(1, 'unhealthy'))
    const { done, clock } = leaving(fleet.target('container-1'), { op: 'stop', force: true })
    await clock.waitOf(500)
    clock.advance(500)
    expect(await done).toMatchObject({ accepted: true })
    expect(fleet.log).toEqual(['ask container-1 stop', 'terminate container-1 by force'])
  })

  it('that takes long to be ended keeps nobody here', async () => {
    const fleet = new Fleet(member(1, 'unhealthy'))
    fleet.endsSlowly = true
    const ends: AbortSignal[] = []
    const target = fleet.target('container-1')
    const terminate = async (options: EndOptions) => {
      ends.push(options.signal)
      await target.terminate?.(options)
    }
    const { done, clock } = leaving({ ...target, terminate }, { op: 'stop' })
    await clock.waitOf(500)
    clock.advance(500)
    await clock.waitOf(500)
    clock.advance(500)
    expect(await done).toMatchObject({ accepted: true, left: false })
    expect(ends.map(({ aborted }) => aborted)).toEqual([true])
  })

  it('that cannot be ended either is no success', async () => {
    const fleet = new Fleet(member(1, 'unhealthy'))
    fleet.beforeStep = (step) => {
      if (step.startsWith('terminate')) throw new BackendError('The engine refuses')
    }
    const { done, lines, clock } = leaving(fleet.target('container-1'), { op: 'stop' })
    await clock.waitOf(500)
    clock.advance(500)
    expect(await done).toMatchObject({ accepted: false, left: false, exit: 'noBackend' })
    expect([lines, clock.armed]).toEqual([['! default-1 stays: The engine refuses'], 0])
  })

  it('does not keep others where its backend fails', async () => {
    const fleet = new Fleet(answering(1, 'idle'))
    fleet.beforeStep = () => {
      throw new BackendError('The engine is gone')
    }
    const { done, lines } = leaving(fleet.target('container-1'))
    expect(await done).toMatchObject({ accepted: false, left: false, exit: 'noBackend' })
    expect(lines).toEqual(['! default-1 stays: The engine is gone'])
  })

  it('goes on leaving when it is not waited for any longer', async () => {
    const { done, over, lines } = leaving(new Fleet(answering(1, 'busy')).target('container-1'), drain, true)
    await tick()
    over.abort(new Error('over'))
    expect(await done).toMatchObject({ accepted: true, state: 'draining', left: false })
    expect(lines).toHaveLength(1)
  })
})

/** Lets what is decided at once be decided. */
function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('a worker is named by', () => {
  const fleet = new Fleet()
  const ids = ['3f2a9c', '3f2b00', '1234ab']
  const members = ids.map((_, index) => answering(index + 1, 'idle', { id: `gpu-${index + 1}` }))
  const withId = (one: FleetMember, start = '') => ({ ...one, id: start.padEnd(64, '0') })
  const successor = withId(member(1, 'starting', { isSuccessor: true }), '77777')
  const targets = [
    ...members.map((one, index) => memberTarget(withId(one, ids[index]), fleet)),
    memberTarget(successor, fleet),
    localTarget(foreground(1234, reportOf('idle', { id: 'gpu-9' }))),
    localTarget(foreground(99, { problem: 'it says nothing' })),
  ]
  const picked = (...given: readonly string[]) => pickTargets(given, targets).picked.map(({ id }) => id)

  it.each([
    ['its name', 'default-3', 'default-3'],
    ["its container's name", 'auxot-default-2', 'default-2'],
    ["its container's id", '3f2a9c'.padEnd(64, '0'), 'default-1'],
    ["the beginning of its container's id", '3f2b', 'default-2'],
    ["the router's name for it", 'gpu-2', 'default-2'],
    ['its process, in the foreground', 'pid-1234', 'pid-1234'],
    ['the number of that, which goes before the beginning of an id', '1234', 'pid-1234'],
    ["the router's name, in the foreground", 'gpu-9', 'pid-1234'],
    ['its process, though it says nothing', '99', 'pid-99'],
    ['its place, and that it is the next there', 'default-1-next', 'default-1-next'],
    ['its name with spaces around', ' default-3 ', 'default-3'],
  ])('%s', (_what, given, id) => expect(picked(given)).toEqual([id]))

  it('several names, each worker once, in their order', () => {
    expect(picked('pid-1234', 'default-2', '3f2b', '1234')).toEqual(['pid-1234', 'default-2'])
  })

  it('nothing that could be several', () => {
    expect(() => pickTargets(['3f2'], targets)).not.toThrow()
    expect(pickTargets(['3f2'], targets)).toEqual({ picked: [], unknown: ['3f2'] })
    const twins = [1, 2].map((slot) => memberTarget(withId(member(slot), `abcd${slot}`), fleet))
    expect(() => pickTargets(['abcd'], twins)).toThrow('"abcd" stands for several workers: default-1, default-2')
  })

  it('nothing else; the nearest name is suggested', () => {
    expect(pickTargets(['default-1', 'default-9'], targets).unknown).toEqual(['default-9'])
    expect(unknownWorkers(['defualt-2'], targets)).toMatchObject({
      message: 'There is no worker "defualt-2" here',
      hint: 'Did you mean default-2?',
    })
    expect(unknownWorkers(['x', 'y'], targets)).toMatchObject({
      message: 'There are no workers "x", "y" here',
      hint: '"auxot worker status" lists those that are.',
    })
    expect(unknownWorkers(['x'], []).hint).toBe('No worker was found at all.')
  })

  it('nothing that does not look like a name, which may be a secret and is not repeated', () => {
    expect(unknownWorkers(['a b'], targets).message).toBe('There is no worker of such a name here')
  })

  it('whatever it is: of every id some worker or none is picked', () => {
    const known = targets.flatMap(({ id, aliases }) => [id, ...aliases])
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...known), fc.string())), (given) => {
        const { picked: found, unknown } = pickTargets(given, targets)
        expect(new Set(found).size).toBe(found.length)
        expect(found.length + unknown.length).toBeLessThanOrEqual(given.length)
        expect(unknown.filter((id) => known.includes(id))).toEqual([])
      }),
    )
  })
})

describe('the end', () => {
  const of = (accepted: boolean, left: boolean) => ({ accepted, left }) as Leaving

  it.each<[readonly Leaving[], string]>([
    [[], 'No worker is here that could leave.'],
    [[of(true, true)], '1 worker has left.'],
    [[of(true, true), of(true, true)], '2 workers have left.'],
    [[of(true, false)], '1 worker leaves.'],
    [[of(true, false), of(true, false), of(false, false)], '2 workers leave, 1 worker stays.'],
    [
      [of(true, true), of(true, false), of(false, false), of(false, false)],
      '1 worker has left, 1 worker leaves, 2 workers stay.',
    ],
  ])('is one sentence: %#', (leavings, sentence) => expect(leaveSentence(leavings)).toBe(sentence))
})
