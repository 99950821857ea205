import { BaseCommand } from '../base-command.ts'
import { flagsFrom } from '../cli/flags-from-settings.ts'
import { withoutCommon } from '../cli/without-common.ts'
import { devSettings } from '../settings/dev-definitions.ts'

const own = withoutCommon(devSettings)

export default class Dev extends BaseCommand {
  static override summary = 'Starts a router and a worker on this machine, and sends a request or stays up for yours.'
  static override description =
    'Needs no account: without a Claude credential, or with --offline, Claude Code is pointed at an echo model on this machine. ' +
    'With one, from the environment or kept by "auxot worker token", Anthropic answers.'
  static override usage = '<%= command.id %> [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --offline --prompt "Hello"',
    '<%= config.bin %> <%= command.id %> --port 8080',
  ]
  static override flags = flagsFrom(own)

  override async run(): Promise<void> {
    const { resolveDev } = await import('../cli/dev/resolve-dev.ts')
    const dev = await resolveDev(await this.input())
    const { runDev } = await import('../cli/dev/run-dev.ts')
    await runDev(dev, this.env)
  }
}
