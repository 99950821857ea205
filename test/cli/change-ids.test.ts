import { describe, expect, it } from 'vitest'
import { changeIds, type IdCalls, identity } from '../../src/cli/change-ids.ts'

/** A system's ids, which refuses one of the calls. */
class FakeSystem implements IdCalls {
  readonly ids = { uid: 0, gid: 0, groups: [0, 4] }
  readonly #refused: Partial<Record<'initgroups' | 'setgid' | 'setuid', string>>

  constructor(refused: Partial<Record<'initgroups' | 'setgid' | 'setuid', string>> = {}) {
    this.#refused = refused
  }

  getuid = () => this.ids.uid
  getgid = () => this.ids.gid
  getgroups = () => this.ids.groups
  setgroups: IdCalls['setgroups'] = (groups) => {
    this.ids.groups = groups as number[]
  }
  initgroups = (_user: string, group: number) => {
    this.#check('initgroups')
    this.ids.groups = [group, 27]
  }
  setgid: IdCalls['setgid'] = (gid) => {
    if (gid !== 0) this.#check('setgid')
    this.ids.gid = gid as number
  }
  setuid: IdCalls['setuid'] = (uid) => {
    this.#check('setuid')
    this.ids.uid = uid as number
  }

  #check(call: 'initgroups' | 'setgid' | 'setuid'): void {
    const code = this.#refused[call]
    if (code !== undefined) throw Object.assign(new Error(`${call}: ${code}`), { code })
  }
}

const other = { name: 'other', uid: 1_000, gid: 1_000 }
const asBefore = { uid: 0, gid: 0, groups: [0, 4] }

describe('the ids of another user', () => {
  it('are all taken', () => {
    const system = new FakeSystem()
    expect(changeIds(other, system)).toBeUndefined()
    expect(system.ids).toEqual({ uid: 1_000, gid: 1_000, groups: [1_000, 27] })
  })

  describe.each(['initgroups', 'setgid', 'setuid'] as const)('where %s is refused', (call) => {
    it.each(['EPERM', 'EINVAL'])('with %s, stay as they were, and the refusal is told', (code) => {
      const system = new FakeSystem({ [call]: code })
      expect(changeIds(other, system)).toMatchObject({ code })
      expect(system.ids).toEqual(asBefore)
    })

    it('for a reason that has nothing to do with what it may, stay as they were, and the error goes on', () => {
      const system = new FakeSystem({ [call]: 'ENOMEM' })
      expect(() => changeIds(other, system)).toThrow('ENOMEM')
      expect(system.ids).toEqual(asBefore)
    })
  })

  it('are not half taken in silence where even the way back is refused', () => {
    const system = new FakeSystem({ setgid: 'EPERM' })
    system.setgroups = () => {
      throw new Error('no way back')
    }
    expect(() => changeIds(other, system)).toThrow('no way back')
  })
})

it('a system without users has no identity', () => {
  expect(identity({})).toBeUndefined()
  expect(identity(new FakeSystem())).toEqual({ uid: 0 })
})
