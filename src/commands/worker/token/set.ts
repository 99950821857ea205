import { BaseCommand } from '../../../base-command.ts'
import { flagsFrom } from '../../../cli/flags-from-settings.ts'
import { targetArgument } from '../../../cli/token/target-argument.ts'
import { withoutCommon } from '../../../cli/without-common.ts'
import { tokenSetSettings } from '../../../settings/token-definitions.ts'

export default class WorkerTokenSet extends BaseCommand {
  static override summary = 'Keeps a secret for later commands, in the keychain of this host.'
  static override description =
    "Reads Claude's credential or a worker key from stdin or a file; never from the command line, where others could see it. " +
    'A worker key is kept for one router, named by --router-url or AUXOT_ROUTER_URL, and is shown to no other.'
  static override usage = '<%= command.id %> claude|router [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %> claude < token.txt',
    '<%= config.bin %> <%= command.id %> router --router-url https://router.example.com --from-file key.txt',
  ]
  static override args = { target: targetArgument }
  static override flags = flagsFrom(withoutCommon(tokenSetSettings))

  override async run(): Promise<void> {
    const { args } = await this.parse(WorkerTokenSet)
    const { setToken } = await import('../../../cli/token/set-token.ts')
    const { keptFacts, keptSentence } = await import('../../../cli/token/keep-secret.ts')
    const kept = await setToken(args.target, await this.input(), process.stdin)
    if (this.jsonEnabled()) return this.print({ schema: 'auxot.worker.token.set/v1', ...keptFacts(kept) })
    process.stdout.write(`${keptSentence(kept)}\n`)
  }
}
