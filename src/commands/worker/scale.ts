import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../base-command.ts'
import { flagsFrom } from '../../cli/flags-from-settings.ts'
import { parseSize } from '../../cli/fleet/scale/size.ts'
import { withoutCommon } from '../../cli/without-common.ts'
import { scaleSettings } from '../../settings/fleet-definitions.ts'

export default class WorkerScale extends BaseCommand {
  static override summary = 'Makes as many workers serve the router as are wanted, in containers on this host.'
  static override description =
    'SIZE is a number, or a change such as +2 or -- -1; without it the sizes are shown. New workers are made from this auxot and ' +
    'the settings and secrets of now; those that were made from something else are replaced, never below the wanted number. ' +
    'Fewer means: what is broken leaves, then what is idle, then what is busy, after its job. The same command again changes nothing. ' +
    'Ends with 3 when the fleet is not what was wanted, with 4 when a key or token is refused, and with 124 after --timeout.'
  static override usage = '<%= command.id %> [SIZE] [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 5',
    '<%= config.bin %> <%= command.id %> +2 --dry-run',
    '<%= config.bin %> <%= command.id %> 3 --fleet opus --model opus --concurrency 4 --json',
    '<%= config.bin %> <%= command.id %> -- -1',
  ]
  static override args = { size: Args.string({ description: 'how many workers; +N or -N changes the number' }) }
  static override flags = flagsFrom(withoutCommon(scaleSettings))

  override async run(): Promise<void> {
    const { args } = await this.parse(WorkerScale)
    if (args.size === undefined) return await this.#showSizes()
    const size = parseSize(args.size)
    const [{ runScale }, { scaleDocument }, { scaleText }] = await Promise.all([
      import('../../cli/fleet/scale/run-scale.ts'),
      import('../../cli/fleet/scale/scale-document.ts'),
      import('../../cli/fleet/scale/show-scale.ts'),
    ])
    const outcome = await runScale(size, await this.input())
    if (this.jsonEnabled()) return this.print(scaleDocument(outcome))
    process.stdout.write(`${scaleText(outcome)}\n`)
  }

  async #showSizes(): Promise<void> {
    const { fleetSizes } = await import('../../cli/fleet/scale/fleet-sizes.ts')
    const fleets = await fleetSizes(await this.input())
    if (this.jsonEnabled()) return this.print({ schema: 'auxot.worker.fleets/v1', fleets })
    for (const { name, desired } of fleets) process.stdout.write(`${name}=${desired}\n`)
  }
}
