import type { FleetView } from '../../fleet/fleet-backend.ts'
import { type LocalWorker, localWorkers } from '../../worker/local-worker.ts'
import { type Engine, failedEngine } from './engine.ts'

/** A fleet and its members. */
export interface FleetSight extends FleetView {
  readonly name: string
}

/** All workers that can be found from here. */
export interface WorkersHere {
  /** In the foreground. They belong to no fleet. */
  readonly local: readonly LocalWorker[]
  readonly fleets: readonly FleetSight[]
  /** As it was at this moment: one that was open may have failed. */
  readonly engine: Engine
}

/** Where to look. */
export interface WhereToLook {
  readonly engine: Engine | Promise<Engine>
  /** Only this fleet; everything when absent. */
  readonly fleet?: string | undefined
  /** Where this user's sockets belong. */
  readonly runtimeDir?: string | undefined
}

/** Asks the workers in the foreground and the engine, at the same time: the former need not wait for the latter to be opened. */
export async function workersHere({ engine, fleet, runtimeDir }: WhereToLook): Promise<WorkersHere> {
  const [local, contained] = await Promise.all([
    fleet === undefined ? localWorkers(runtimeDir) : [],
    containedWorkers(engine, fleet),
  ])
  return { local, ...contained }
}

async function containedWorkers(
  found: WhereToLook['engine'],
  fleet: string | undefined,
): Promise<Pick<WorkersHere, 'fleets' | 'engine'>> {
  const engine = await found
  if (engine.kind !== 'open') return { fleets: [], engine }
  try {
    const names = fleet === undefined ? await engine.fleets.fleets() : [fleet]
    const views = names.map(async (name) => ({ ...(await engine.fleets.view(name)), name }))
    return { fleets: await Promise.all(views), engine }
  } catch (error) {
    return { fleets: [], engine: failedEngine(error, engine.isNamed) }
  }
}
