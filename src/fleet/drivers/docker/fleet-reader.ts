import type { ContainerInfo, ContainerInspectInfo, VolumeInspectInfo } from 'dockerode'
import type { FleetView } from '../../fleet-backend.ts'
import type { FleetMember } from '../../member.ts'
import { askReport } from './ask-worker.ts'
import { attempt } from './attempt.ts'
import type { EngineView } from './engine-view.ts'
import { readRecord } from './fleet-record.ts'
import { isMissing } from './missing.ts'
import { isOfFleet, labels, ofFleet } from './names.ts'
import { memberFrom } from './read-member.ts'

/** Looks at the fleets of an engine, and changes nothing. */
export class FleetReader {
  readonly #engine: EngineView

  constructor(engine: EngineView) {
    this.#engine = engine
  }

  /** The names of all fleets. */
  async fleets(): Promise<string[]> {
    return await attempt('list the fleets', async () => {
      const [containers, { Volumes }] = await Promise.all([
        this.#containers(undefined),
        this.#engine.get<{ readonly Volumes: readonly VolumeInspectInfo[] | null }>('/volumes', {
          filters: filterOf(ofFleet(undefined, labels.desired)),
        }),
      ])
      const records = (Volumes ?? []).filter(({ Labels }) => isOfFleet(Labels, undefined, labels.desired))
      const names = [...containers, ...records].map(({ Labels }) => Labels?.[labels.fleet] ?? '')
      return [...new Set(names)].filter((name) => name !== '').sort()
    })
  }

  /** The members of one, with what they say themselves, and what it was made to be. */
  async view(fleet: string): Promise<FleetView> {
    return await attempt(`list the workers of "${fleet}"`, async () => {
      const [containers, record] = await Promise.all([this.#containers(fleet), readRecord(this.#engine, fleet)])
      const members = await Promise.all(containers.map(({ Id }) => this.#member(Id)))
      const found = members.filter((member) => member !== undefined)
      return { members: found.sort((a, b) => a.slot - b.slot), record }
    })
  }

  async #containers(fleet: string | undefined): Promise<readonly ContainerInfo[]> {
    const filters = filterOf(ofFleet(fleet, labels.slot))
    return await this.#engine.get<ContainerInfo[]>('/containers/json', { all: 'true', filters })
  }

  /** Undefined where it has gone between the list and the look. */
  async #member(id: string): Promise<FleetMember | undefined> {
    try {
      const [info, report] = await Promise.all([
        this.#engine.get<ContainerInspectInfo>(`/containers/${id}/json`),
        askReport(this.#engine.inside(id)),
      ])
      return memberFrom(info, report, Date.now())
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }
}

function filterOf(label: readonly string[]): string {
  return JSON.stringify({ label })
}
