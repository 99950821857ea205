import { BaseCommand } from '../../base-command.ts'
import { flagsFrom } from '../../cli/flags-from-settings.ts'
import { workerArgument } from '../../cli/fleet/leave/worker-argument.ts'
import { withoutCommon } from '../../cli/without-common.ts'
import { drainSettings } from '../../settings/fleet-definitions.ts'

export default class WorkerDrain extends BaseCommand {
  static override summary = 'Lets workers of this host finish their jobs and leave, at a moment that stalls no caller.'
  static override description =
    'An ID is a name as "auxot worker status" lists it (default-3, pid-1234), a process id, the beginning of a container\'s id, or the ' +
    "router's name for the worker. A container stays behind, ended, and does not come back by itself; the next " +
    '"auxot worker scale" starts it again or removes it. Ends with 3 when a worker stays: it is busy and --if-idle was given, ' +
    'or it gives no answer. --wait ends with 124 when --timeout has passed first; the workers go on leaving.'
  static override usage = '<%= command.id %> ID...|--all [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %> default-3 --wait',
    '<%= config.bin %> <%= command.id %> --all --if-idle',
    '<%= config.bin %> <%= command.id %> pid-1234 --wait --timeout 30m --json',
  ]
  static override args = { id: workerArgument }
  static override flags = flagsFrom(withoutCommon(drainSettings))

  override async run(): Promise<void> {
    const { args } = await this.parse(WorkerDrain)
    const [{ drainWish }, { runLeave }, { leaveDocument }, { leaveSentence }] = await Promise.all([
      import('../../cli/fleet/leave/leave-wishes.ts'),
      import('../../cli/fleet/leave/run-leave.ts'),
      import('../../cli/fleet/leave/leave-document.ts'),
      import('../../cli/fleet/leave/leave-words.ts'),
    ])
    const input = await this.input()
    const outcome = await runLeave(await drainWish(args.id ?? [], input), input)
    if (this.jsonEnabled()) return this.print(leaveDocument('drain', outcome))
    process.stdout.write(`${leaveSentence(outcome.leavings)}\n`)
  }
}
