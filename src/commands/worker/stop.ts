import { BaseCommand } from '../../base-command.ts'
import { flagsFrom } from '../../cli/flags-from-settings.ts'
import { workerArgument } from '../../cli/fleet/leave/worker-argument.ts'
import { withoutCommon } from '../../cli/without-common.ts'
import { stopSettings } from '../../settings/fleet-definitions.ts'

export default class WorkerStop extends BaseCommand {
  static override summary =
    'Stops workers of this host: at once where they are idle, after their jobs where they are busy.'
  static override description =
    'Like "auxot worker drain" in a hurry: an idle worker does not wait for a moment that stalls no caller. --force cancels the jobs ' +
    'in hand; what nobody has seen of an answer goes back to the router. A container whose worker gives no answer is ended by the ' +
    'engine: when the time for its jobs is over, or with --force after 10 seconds. A container stays behind, ended, and does not ' +
    'come back by itself; the next "auxot worker scale" starts it again or removes it. Ends with 3 when a worker gives no answer, and with 124 when --timeout has passed before --wait was done.'
  static override usage = '<%= command.id %> ID...|--all [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %> default-3',
    '<%= config.bin %> <%= command.id %> --all --wait --timeout 1m',
    '<%= config.bin %> <%= command.id %> pid-1234 --force --json',
  ]
  static override args = { id: workerArgument }
  static override flags = flagsFrom(withoutCommon(stopSettings))

  override async run(): Promise<void> {
    const { args } = await this.parse(WorkerStop)
    const [{ stopWish }, { runLeave }, { leaveDocument }, { leaveSentence }] = await Promise.all([
      import('../../cli/fleet/leave/leave-wishes.ts'),
      import('../../cli/fleet/leave/run-leave.ts'),
      import('../../cli/fleet/leave/leave-document.ts'),
      import('../../cli/fleet/leave/leave-words.ts'),
    ])
    const input = await this.input()
    const outcome = await runLeave(await stopWish(args.id ?? [], input), input)
    if (this.jsonEnabled()) return this.print(leaveDocument('stop', outcome))
    process.stdout.write(`${leaveSentence(outcome.leavings)}\n`)
  }
}
