import { defaultImageName } from '../../../fleet/image/image-name.ts'
import { checkedSettings } from '../../../settings/checked-settings.ts'
import { variable } from '../../../settings/environment.ts'
import { imageSettings } from '../../../settings/fleet-definitions.ts'
import { systemClock } from '../../../shared/clock.ts'
import type { CommandInput } from '../command-input.ts'
import { requireFleet } from '../open-fleet.ts'
import { readCaFile } from '../scale/ca-file.ts'
import { buildWorkerImage } from './build-worker-image.ts'

/** Builds the image as the command was told to. @returns `auxot.worker.image/v1` */
export async function runImage(input: CommandInput) {
  const { values, sources } = await checkedSettings(imageSettings, input)
  const { image: name = defaultImageName(), buildArgs, caFile, quiet } = values
  const ca = await readCaFile(caFile, sources.caFile, variable(input.env, 'NODE_EXTRA_CA_CERTS'))
  await using fleet = await requireFleet(input)
  const startedMs = systemClock.now()
  const built = await buildWorkerImage(fleet.images, { name, buildArgs, ca: ca?.pem, quiet, env: input.env })
  return {
    schema: 'auxot.worker.image/v1',
    name,
    id: built.id,
    sizeBytes: built.sizeBytes,
    claudeVersion: built.labels['com.auxot.claude-version'] ?? 'unknown',
    version: built.labels['com.auxot.version'] ?? 'unknown',
    durationMs: systemClock.now() - startedMs,
  } as const
}
