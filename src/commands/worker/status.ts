import { BaseCommand } from '../../base-command.ts'
import { flagsFrom } from '../../cli/flags-from-settings.ts'
import { withoutCommon } from '../../cli/without-common.ts'
import { statusSettings } from '../../settings/fleet-definitions.ts'

export default class WorkerStatus extends BaseCommand {
  static override summary = 'Shows which workers of this host are idle or busy, and what the router counts.'
  static override description =
    'The router tells its totals; the workers of this host, in containers and in the foreground, tell the rest themselves. ' +
    'Where both contradict each other, a warning says so. Ends with 5 when the router cannot be asked, and with 7 when the ' +
    'engine cannot be that DOCKER_HOST or a context names; what else is known is shown all the same. ' +
    '--wait ends with 124 when --timeout has passed first.'
  static override usage = '<%= command.id %> [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --watch',
    '<%= config.bin %> <%= command.id %> --wait ready=5 --timeout 2m --json',
  ]
  static override flags = flagsFrom(withoutCommon(statusSettings))

  override async run(): Promise<void> {
    const { runStatus } = await import('../../cli/fleet/status/run-status.ts')
    await runStatus(await this.input())
  }
}
