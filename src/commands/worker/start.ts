import { BaseCommand } from '../../base-command.ts'
import { flagsFrom } from '../../cli/flags-from-settings.ts'
import { resolveWorker } from '../../cli/resolve-worker.ts'
import { claudeSettings, connectionSettings, servingSettings } from '../../settings/definitions.ts'

export default class WorkerStart extends BaseCommand {
  static override summary = 'Serves the jobs of an Auxot router through Claude Code, in the foreground.'
  static override description =
    'Connects to the router, takes jobs, runs each through Claude Code and streams the answers back, until it is stopped. ' +
    'The first SIGINT or SIGTERM finishes what runs and leaves, the second cancels it, the third kills it.'
  static override usage = '<%= command.id %> [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --router-url https://router.example.com --key-file ~/.auxot-key',
    '<%= config.bin %> <%= command.id %> --concurrency 4 --tools Read,Grep',
    '<%= config.bin %> <%= command.id %> --exit-after-idle 10m --json',
  ]
  static override flags = flagsFrom({ ...connectionSettings, ...claudeSettings, ...servingSettings })

  override async run(): Promise<void> {
    const input = await this.input()
    const worker = await resolveWorker(input, process.stdin)
    const { serve } = await import('../../cli/serve.ts')
    await serve(worker, this.env)
  }
}
