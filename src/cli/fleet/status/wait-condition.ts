import { isReady } from '../../../fleet/member.ts'
import type { WaitCondition } from '../../../settings/fleet-kinds.ts'
import type { StatusDocument } from './status-document.ts'

/** Whether what was waited for has come. Never where the engine is not known whose workers count. */
export function holds(condition: WaitCondition, { workers }: Pick<StatusDocument, 'workers'>): boolean {
  const present = workers.filter(({ state }) => state !== 'stopped')
  switch (condition.kind) {
    case 'ready':
      return present.filter(isReady).length >= condition.count
    case 'idle':
      return present.length > 0 && present.every(({ state }) => state === 'idle')
    case 'workers':
      return present.length === condition.count
  }
}

/** How far it is: `3 of 5 workers are ready`. */
export function progressWords(condition: WaitCondition, { workers }: Pick<StatusDocument, 'workers'>): string {
  const present = workers.filter(({ state }) => state !== 'stopped')
  switch (condition.kind) {
    case 'ready':
      return `${present.filter(isReady).length} of ${condition.count} workers are ready`
    case 'idle':
      return `${present.filter(({ state }) => state === 'idle').length} of ${present.length} workers are idle`
    case 'workers':
      return `${present.length} workers are there, ${condition.count} are waited for`
  }
}
