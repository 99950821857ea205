import { sizeOf } from '../../../fleet/fleet.ts'
import type { CommandInput } from '../command-input.ts'
import { requireFleet } from '../open-fleet.ts'
import { resolveScaleSettings } from './resolve-scale.ts'

/** A fleet and how large it is. */
export interface FleetSize {
  readonly name: string
  /** As it was last asked for. */
  readonly desired: number
  readonly actual: number
}

/** The sizes of all fleets; at least that of the one that was asked about, which may be empty. */
export async function fleetSizes(input: CommandInput): Promise<readonly FleetSize[]> {
  const { values } = await resolveScaleSettings(input, false)
  await using fleet = await requireFleet(input)
  const names = new Set([...(await fleet.fleets()), values.fleet])
  return await Promise.all(
    [...names].sort().map(async (name) => {
      const view = await fleet.view(name)
      const actual = sizeOf(view)
      return { name, desired: view.record?.desired ?? actual, actual }
    }),
  )
}
