import { type DevRouter, type DevRouterOptions, type JobMove, startDevRouter } from '../../src/dev/dev-router.ts'

/** A router that hands jobs out as the public one does, with its real times unless told otherwise. */
export function openWindowedRouter(options: Omit<DevRouterOptions, 'dialect' | 'readers'> = {}): Promise<DevRouter> {
  return startDevRouter({ ...options, dialect: 'public', readers: 'windows' })
}

/** All that happened to jobs beside being given to a worker, once: nothing where no caller had to wait for a second delivery. */
export function detoursOf({ moves }: DevRouter): readonly JobMove[] {
  return moves.filter(({ kind }) => kind !== 'given')
}
