import { readdirSync } from 'node:fs'
import { setImmediate as nextRound } from 'node:timers/promises'
import { childPids } from './child-processes.ts'

/** What is held by a process of tests, by kind. */
type Holdings = Readonly<Record<string, number>>

/** A closed handle is listed until the event loop has come round. */
const mostRounds = 20

/** Remembers what there is; calling what it returns fails when there is more, or anything is left in the folder. */
export function watchForLeaks(folder: string): () => Promise<void> {
  const before = { children: new Set(childPids()), handles: openHandles() }
  return async () => {
    let left = ''
    for (let round = 0; round < mostRounds; round++) {
      left = leftBehind(folder, before)
      if (left === '') return
      await nextRound()
    }
    throw new Error(`left behind: ${left}`)
  }
}

function leftBehind(folder: string, before: { children: ReadonlySet<number>; handles: Holdings }): string {
  const children = childPids().filter((pid) => !before.children.has(pid))
  const handles = Object.entries(openHandles()).filter(([kind, count]) => count > (before.handles[kind] ?? 0))
  const left = [
    ...children.map((pid) => `process ${pid}`),
    ...readdirSync(folder).map((name) => `folder ${name}`),
    ...handles.map(([kind, count]) => `${count} × ${kind}`),
  ]
  return left.join(', ')
}

/** Servers, sockets, pipes and processes; timers come and go with the test runner itself. */
function openHandles(): Holdings {
  const kinds = ['TCPServerWrap', 'TCPSocketWrap', 'PipeWrap', 'ProcessWrap']
  const all = process.getActiveResourcesInfo()
  return Object.fromEntries(kinds.map((kind) => [kind, all.filter((name) => name === kind).length]))
}
