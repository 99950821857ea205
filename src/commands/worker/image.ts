import { BaseCommand } from '../../base-command.ts'
import { flagsFrom } from '../../cli/flags-from-settings.ts'
import { withoutCommon } from '../../cli/without-common.ts'
import { imageSettings } from '../../settings/fleet-definitions.ts'

export default class WorkerImage extends BaseCommand {
  static override summary = 'Builds the image that workers in containers are made from.'
  static override description =
    'Made by the Docker engine from this auxot as it is installed, its packages and Claude Code from the registry of npm, and a ' +
    'base image with Node.js. "auxot worker scale" does it by itself where the image is missing. The values of --build-arg can be ' +
    'read in the image: none of them may be a secret. A failed build ends with 7 and shows what the failing step printed.'
  static override usage = '<%= command.id %> [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --image registry.example.com/auxot-worker:1 --build-arg BASE_IMAGE=node:26-trixie-slim',
    '<%= config.bin %> <%= command.id %> --ca-file /etc/ssl/company.pem --build-arg NPM_CONFIG_REGISTRY=https://npm.example.com --json',
  ]
  static override flags = flagsFrom(withoutCommon(imageSettings))

  override async run(): Promise<void> {
    const { runImage } = await import('../../cli/fleet/image/run-image.ts')
    const document = await runImage(await this.input())
    if (this.jsonEnabled()) return this.print(document)
    process.stdout.write(`${document.name} ${document.id}\n`)
  }
}
