/** The ids of another user. */
export interface Ids {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** What of the process knows and changes its ids; absent on Windows. */
export type IdCalls = Required<
  Pick<NodeJS.Process, 'getuid' | 'getgid' | 'getgroups' | 'setgroups' | 'setgid' | 'setuid'>
> & {
  // The types of Node do not know it.
  initgroups(user: string, group: number): void
}

/** Who this process is; undefined on a system without users. */
export function identity(calls: Partial<IdCalls> = process as Partial<IdCalls>): { uid: number } | undefined {
  return calls.getuid && calls.setuid && calls.initgroups ? { uid: calls.getuid() } : undefined
}

/**
 * Takes all ids of another user, for good, or none of them.
 * @returns why the system refused: no capability for it (EPERM), or no such ids in this container (EINVAL)
 * @throws what was refused for any other reason
 */
export function changeIds(
  { name, uid, gid }: Ids,
  calls: IdCalls = process as unknown as IdCalls,
): NodeJS.ErrnoException | undefined {
  const before = { gid: calls.getgid(), groups: calls.getgroups() }
  // What is done first is what can be undone: without the user's own id nothing is lost yet.
  const steps = [
    { take: () => calls.initgroups(name, gid), undo: () => calls.setgroups(before.groups) },
    { take: () => calls.setgid(gid), undo: () => calls.setgid(before.gid) },
    { take: () => calls.setuid(uid), undo: () => {} },
  ]
  const taken: (typeof steps)[number][] = []
  try {
    for (const step of steps) {
      step.take()
      taken.unshift(step)
    }
    return undefined
  } catch (error) {
    for (const { undo } of taken) undo()
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPERM' && code !== 'EINVAL') throw error
    return error as NodeJS.ErrnoException
  }
}
