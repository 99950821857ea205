import type Dockerode from 'dockerode'
import type { VolumeInspectInfo } from 'dockerode'
import type { FleetRecord } from '../../fleet-backend.ts'
import { type EngineView, viewOf } from './engine-view.ts'
import { isMissing } from './missing.ts'
import { labels, recordName } from './names.ts'

/** What a fleet was made to be, in the labels of a volume: known to everybody who asks this engine, from wherever they ask. */
export async function readRecord(engine: EngineView, fleet: string): Promise<FleetRecord | undefined> {
  try {
    const { Labels } = await engine.get<VolumeInspectInfo>(`/volumes/${recordName(fleet)}`)
    const desired = Number(Labels?.[labels.desired])
    if (!Number.isInteger(desired) || Labels?.[labels.managed] !== 'true') return undefined
    return { desired, configHash: Labels[labels.configHash] ?? '' }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Labels cannot be changed: the volume is made anew. In between, who asks counts what is there. */
export async function writeRecord(docker: Dockerode, fleet: string, record: FleetRecord | undefined): Promise<void> {
  const before = await readRecord(viewOf(docker), fleet)
  if (before?.desired === record?.desired && before?.configHash === record?.configHash) return
  if (before) await docker.getVolume(recordName(fleet)).remove()
  if (!record) return
  await docker.createVolume({
    Name: recordName(fleet),
    Labels: {
      [labels.managed]: 'true',
      [labels.fleet]: fleet,
      [labels.desired]: `${record.desired}`,
      [labels.configHash]: record.configHash,
    },
  })
}
