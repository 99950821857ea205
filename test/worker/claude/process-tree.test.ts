import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { treeMark } from '../../../src/worker/claude/launch.ts'
import { findDescendants, findMarkedBelow, signalAll } from '../../../src/worker/claude/process-tree.ts'

const started: ChildProcess[] = []
afterEach(async () => {
  for (const child of started.splice(0)) {
    const pids = child.pid === undefined ? [] : await findDescendants(child.pid, 'none')
    signalAll([...pids, ...(child.pid ? [child.pid] : [])], 'SIGKILL')
  }
})

/** A shell that starts things and prints their pids in one line. */
async function shell(script: string, env: Record<string, string> = {}): Promise<{ pid: number; printed: number[] }> {
  const child = spawn('sh', ['-c', script], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
  started.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { pid: child.pid as number, printed: line.toString().trim().split(' ').map(Number) }
}

const sorted = (pids: readonly number[]) => [...pids].sort((a, b) => a - b)

describe('descendants', () => {
  it('are children and theirs, without the process itself', async () => {
    const { pid, printed } = await shell('sleep 600 & a=$!; (sleep 600 & echo $a $!; wait) & wait')
    const found = await findDescendants(pid, 'none')
    expect(found).toEqual(expect.arrayContaining(printed))
    expect(found).toHaveLength(3)
    expect(found).not.toContain(pid)
  })

  it('are none where nothing was started', async () => {
    const { pid } = await shell('echo 1; read nothing')
    expect(await findDescendants(pid, 'none')).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')('are found by their mark when their parent is gone', async () => {
    const mark = `/tmp/marked-${process.pid}`
    const { printed } = await shell('setsid sleep 600 & echo $!', { [treeMark]: mark })
    await vi.waitFor(async () => expect(sorted(await findDescendants(undefined, mark))).toEqual(sorted(printed)))
    expect(await findDescendants(undefined, `${mark}x`)).toEqual([])
    expect(await findDescendants(undefined, mark.slice(0, -1))).toEqual([])
    expect(await findMarkedBelow('/tmp')).toEqual(expect.arrayContaining(printed))
    expect(await findMarkedBelow(mark)).toEqual([])
    signalAll(printed, 'SIGKILL')
    await vi.waitFor(async () => expect(await findDescendants(undefined, mark)).toEqual([]))
  })

  it.skipIf(process.platform !== 'linux')(
    'are not those that have ended and wait for their parent to see it',
    async () => {
      // The shell becomes a program that never looks after children.
      const { pid, printed } = await shell('sleep 0 & echo $!; exec sleep 600')
      await vi.waitFor(async () => expect(await findDescendants(pid, 'none')).toEqual([]))
      expect(printed).toHaveLength(1)
    },
  )
})

describe('signalAll', () => {
  it('reaches those that live and passes over those that are gone', async () => {
    const { pid } = await shell('echo 1; exec sleep 600')
    const [child] = started
    const exit = once(child as ChildProcess, 'exit')
    signalAll([2 ** 22 - 1, pid], 'SIGTERM')
    expect(await exit).toEqual([null, 'SIGTERM'])
    signalAll([pid], 'SIGTERM')
  })
})
