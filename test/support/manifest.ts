import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from './repository-root.ts'

/** A command as oclif.manifest.json describes it. */
export interface ManifestCommand {
  readonly id: string
  readonly summary?: string
  readonly examples?: readonly string[]
  readonly args: Readonly<Record<string, { readonly description?: string }>>
  readonly flags: Readonly<
    Record<string, { readonly description: string; readonly char?: string; readonly type: string }>
  >
}

/** Every command, by id. */
export function manifestCommands(): readonly ManifestCommand[] {
  const text = readFileSync(join(repositoryRoot, 'oclif.manifest.json'), 'utf8')
  return Object.values((JSON.parse(text) as { commands: Record<string, ManifestCommand> }).commands)
}
