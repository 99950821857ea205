import { BaseCommand } from '../../../base-command.ts'
import { flagsFrom } from '../../../cli/flags-from-settings.ts'
import { withoutCommon } from '../../../cli/without-common.ts'
import { tokenStatusSettings } from '../../../settings/token-definitions.ts'
import { exitCodes } from '../../../shared/exit-codes.ts'

export default class WorkerTokenStatus extends BaseCommand {
  static override summary = 'Shows where a worker would take its two secrets from, and when they expire.'
  static override description =
    'Never shows a secret. With --probe the model service is asked, with one minimal request, whether it accepts the Claude credential; ' +
    'a refusal ends with 4.'
  static override usage = '<%= command.id %> [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --probe --json',
  ]
  static override flags = flagsFrom(withoutCommon(tokenStatusSettings))

  override async run(): Promise<void> {
    const { tokenStatus } = await import('../../../cli/token/token-status.ts')
    const { statusDocument, statusExit, statusText, warningsOf } = await import('../../../cli/token/show-status.ts')
    const status = await tokenStatus(await this.input(), process.stdin)
    process.exitCode = exitCodes[statusExit(status)].code
    if (this.jsonEnabled()) return this.print(statusDocument(status))
    process.stdout.write(`${statusText(status)}\n`)
    for (const { message } of warningsOf(status)) process.stderr.write(`Warning: ${message}\n`)
  }
}
