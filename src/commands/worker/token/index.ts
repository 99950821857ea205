import { BaseCommand } from '../../../base-command.ts'
import { flagsFrom } from '../../../cli/flags-from-settings.ts'
import { withoutCommon } from '../../../cli/without-common.ts'
import { tokenSetupSettings } from '../../../settings/token-definitions.ts'

export default class WorkerToken extends BaseCommand {
  static override summary = 'Gets a long-lived Claude token, proves it, and keeps it in the keychain.'
  static override description =
    'Runs "claude setup-token" in this terminal, takes the token off the screen, asks the model service with one minimal request ' +
    'whether it accepts it, and keeps it with the date on which it expires.'
  static override usage = '<%= command.id %> [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile work',
  ]
  static override flags = flagsFrom(withoutCommon(tokenSetupSettings))

  override async run(): Promise<void> {
    const { setUpToken } = await import('../../../cli/token/set-up-token.ts')
    const { keptFacts, keptSentence } = await import('../../../cli/token/keep-secret.ts')
    const { kept, proved } = await setUpToken(await this.input(), process)
    if (this.jsonEnabled()) return this.print({ schema: 'auxot.worker.token/v1', ...keptFacts(kept), proved })
    const how = proved ? 'The model service accepted the token.' : 'The token was not proved.'
    process.stdout.write(`${how} ${keptSentence(kept)}\n`)
  }
}
