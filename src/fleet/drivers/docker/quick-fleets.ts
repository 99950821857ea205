import type { EndOptions, FleetBackend, FleetView, MemberRequest } from '../../fleet-backend.ts'
import { type EnginePlaces, engineAddressFrom } from '../engine-address.ts'
import { plainTarget } from '../engine-http.ts'
import type { DockerFleet } from './docker-fleet.ts'
import { FleetReader } from './fleet-reader.ts'
import { plainView } from './plain-view.ts'

/** The fleets of an engine for those who look at workers and let some leave. */
export interface WatchedFleets extends Pick<FleetBackend, 'view' | 'ask' | 'terminate' | 'untilEnded'> {
  /** The names of all fleets. */
  fleets(): Promise<readonly string[]>
  close(): Promise<void>
}

/** Opens an engine to look at its fleets. Where it can be asked by hand, dockerode is loaded only when something is to be done. */
export async function openQuickFleets(places: EnginePlaces): Promise<WatchedFleets> {
  const target = plainTarget(engineAddressFrom(places).route)
  if (!target) return await openDockerFleet(places)
  const reader = new FleetReader(plainView(target))
  let opened: Promise<DockerFleet> | undefined
  const fleet = () => {
    opened ??= openDockerFleet(places)
    return opened
  }
  return {
    fleets: () => reader.fleets(),
    view: (name: string): Promise<FleetView> => reader.view(name),
    ask: async (id: string, request: MemberRequest) => await (await fleet()).ask(id, request),
    terminate: async (id: string, options: EndOptions) => await (await fleet()).terminate(id, options),
    untilEnded: async (id: string, signal: AbortSignal) => await (await fleet()).untilEnded(id, signal),
    close: async () => await (await opened)?.close(),
  }
}

async function openDockerFleet(places: EnginePlaces): Promise<DockerFleet> {
  const [{ openEngine }, { DockerFleet }] = await Promise.all([
    import('../open-engine.ts'),
    import('./docker-fleet.ts'),
  ])
  return new DockerFleet(await openEngine(places))
}
