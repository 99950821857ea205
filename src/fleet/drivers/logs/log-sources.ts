import type Dockerode from 'dockerode'
import { labels, ofFleet, workerName } from '../docker/names.ts'
import { engineErrorFrom } from '../engine-errors.ts'
import type { LogSource } from './log-line.ts'

/** The containers of a fleet, or of all, in the order of their names. */
export async function logSources(engine: Dockerode, fleet: string | undefined): Promise<readonly LogSource[]> {
  try {
    const filters = { label: ofFleet(fleet, labels.slot) }
    const containers = await engine.listContainers({ all: true, filters })
    return containers
      .map(({ Id, Names, Labels }) => sourceFrom(Id, Names[0] ?? '', Labels))
      .sort(
        (a, b) => a.fleet.localeCompare(b.fleet) || a.slot - b.slot || a.containerName.localeCompare(b.containerName),
      )
  } catch (error) {
    throw engineErrorFrom(error, 'list the workers')
  }
}

/** A container as the worker that it is. */
export function sourceFrom(container: string, name: string, marks: Readonly<Record<string, string>>): LogSource {
  const [fleet, slot] = [marks[labels.fleet] ?? '', Number(marks[labels.slot])]
  return { worker: workerName(fleet, slot), fleet, slot, container, containerName: name.replace(/^\//, '') }
}
