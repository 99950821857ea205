import { BaseCommand } from '../../../base-command.ts'
import { flagsFrom } from '../../../cli/flags-from-settings.ts'
import { targetArgument } from '../../../cli/token/target-argument.ts'
import { withoutCommon } from '../../../cli/without-common.ts'
import { tokenPrintSettings } from '../../../settings/token-definitions.ts'

export default class WorkerTokenPrint extends BaseCommand {
  static override summary = 'Prints the secret that a worker would use, for another program to read.'
  static override description = 'Refuses a terminal, unless --reveal is given.'
  static override usage = '<%= command.id %> claude|router [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %> claude | ssh host auxot worker token set claude',
    '<%= config.bin %> <%= command.id %> router --reveal',
  ]
  static override args = { target: targetArgument }
  static override flags = flagsFrom(withoutCommon(tokenPrintSettings))

  override async run(): Promise<void> {
    const { args } = await this.parse(WorkerTokenPrint)
    const { secretToPrint } = await import('../../../cli/token/print-token.ts')
    const streams = { stdin: process.stdin, isTerminal: process.stdout.isTTY === true }
    const { target, found } = await secretToPrint(args.target, await this.input(), streams)
    const secret = found.secret.reveal()
    if (this.jsonEnabled())
      return this.print({ schema: 'auxot.worker.token.print/v1', target, source: found.from, secret })
    process.stdout.write(`${secret}\n`)
  }
}
