import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../base-command.ts'
import { flagsFrom } from '../../cli/flags-from-settings.ts'
import { withoutCommon } from '../../cli/without-common.ts'
import { logsSettings } from '../../settings/fleet-definitions.ts'

export default class WorkerLogs extends BaseCommand {
  static override summary = 'Shows what the workers in containers have logged, merged by time.'
  static override description =
    'Each line has the name of its worker in front. An ID is a name as "auxot worker status" lists it (default-3), a container\'s name, ' +
    'or the beginning of its id; all workers are shown without one. --follow takes in workers that start later, and ends with Ctrl-C. ' +
    'With --json each line is a document. A worker in the foreground writes its log to its own stderr.'
  static override usage = '<%= command.id %> [ID] [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --follow',
    '<%= config.bin %> <%= command.id %> default-3 --since 10m',
    '<%= config.bin %> <%= command.id %> --since 2026-01-31T12:00:00Z --json',
  ]
  static override args = {
    id: Args.string({
      description: "a worker: its name, its container's name, or the beginning of its container's id",
      required: false,
      ignoreStdin: true,
    }),
  }
  static override flags = flagsFrom(withoutCommon(logsSettings))

  override async run(): Promise<void> {
    const { args } = await this.parse(WorkerLogs)
    const { runLogs } = await import('../../cli/fleet/logs/run-logs.ts')
    await runLogs(args.id, await this.input())
  }
}
