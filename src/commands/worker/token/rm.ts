import { BaseCommand } from '../../../base-command.ts'
import { flagsFrom } from '../../../cli/flags-from-settings.ts'
import { targetArgument } from '../../../cli/token/target-argument.ts'
import { withoutCommon } from '../../../cli/without-common.ts'
import { accountName } from '../../../credentials/account.ts'
import { tokenRmSettings } from '../../../settings/token-definitions.ts'

export default class WorkerTokenRm extends BaseCommand {
  static override summary = 'Removes secrets that were kept, from the keychain and from insecure files.'
  static override description =
    "Without a name both: Claude's credential, and the worker key of the router or profile that is named. Asks first, unless --yes is given."
  static override usage = '<%= command.id %> [claude|router] [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %> claude',
    '<%= config.bin %> <%= command.id %> --profile router.example.com --yes',
  ]
  static override args = { target: targetArgument }
  static override flags = flagsFrom(withoutCommon(tokenRmSettings))

  override async run(): Promise<void> {
    const { args } = await this.parse(WorkerTokenRm)
    const { removeToken } = await import('../../../cli/token/remove-token.ts')
    const removed = await removeToken(args.target, await this.input())
    if (this.jsonEnabled()) {
      const list = removed.map(({ account, store }) => ({ ...account, store: store.kind }))
      return this.print({ schema: 'auxot.worker.token.rm/v1', removed: list })
    }
    for (const { account, store } of removed) process.stdout.write(`removed ${accountName(account)} (${store.kind})\n`)
    if (removed.length === 0) process.stdout.write('nothing was removed\n')
  }
}
