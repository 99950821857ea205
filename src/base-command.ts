import { Command } from '@oclif/core/command'
import { asksForJson } from './cli/asks-for-json.ts'
import { ourErrorFrom } from './cli/errors-of-oclif.ts'
import { flagsFrom } from './cli/flags-from-settings.ts'
import { outliveOutput } from './cli/outlive-output.ts'
import { secretVariables } from './credentials/secret-variables.ts'
import { commonSettings } from './settings/definitions.ts'
import { type Environment, forgetVariables, readEnvironment } from './settings/environment.ts'
import type { SettingsInput } from './settings/read-settings.ts'

/** What every command of auxot has: the common flags, `--json`, and one way in which errors are shown. */
export abstract class BaseCommand extends Command {
  static override baseFlags = flagsFrom(commonSettings, 'GLOBAL')

  /** The environment, read once. */
  protected readonly env: Environment = readEnvironment()

  /** Secrets are in `env` from here on, and nowhere else. */
  override async init(): Promise<void> {
    // Once more: oclif has begun to listen, when it was loaded.
    outliveOutput()
    await super.init()
    forgetVariables(secretVariables)
  }

  /** What was given on the command line, by flag name. */
  protected async givenFlags(): Promise<Readonly<Record<string, unknown>>> {
    const { flags } = await this.parse()
    return flags
  }

  /** Where this command's settings and secrets come from. */
  protected async input(): Promise<SettingsInput & { readonly dataDir: string }> {
    const { configDir, dataDir } = this.config
    return { flags: await this.givenFlags(), env: this.env, configDir, dataDir }
  }

  /** The command's result as its one JSON document. */
  protected print<Document extends { readonly schema: string }>(document: Document): void {
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`)
  }

  override jsonEnabled(): boolean {
    return asksForJson(this.argv, this.env)
  }

  /** Errors travel on to the one place that shows them, as errors of ours. */
  protected override async catch(error: unknown): Promise<never> {
    const { id = '', flags, baseFlags } = this.ctor
    throw ourErrorFrom(error, {
      name: id.replaceAll(':', ' '),
      flags: Object.keys({ ...baseFlags, ...flags, help: true }),
    })
  }
}
