/** oclif.manifest.json: what oclif knows about the commands without loading them. `--check` compares instead of writing. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Plugin } from '@oclif/core/config'
import { root } from './root.ts'

const file = join(root, 'oclif.manifest.json')

/** The manifest of what is in dist/, as text. */
export async function freshManifest(): Promise<string> {
  // Under "test" oclif looks for sources beside the compiled commands.
  process.env.NODE_ENV = 'production'
  const plugin = new Plugin({ root, type: 'core', isRoot: true, ignoreManifest: true, errorOnManifestCreate: true })
  await plugin.load()
  return `${JSON.stringify(plugin.manifest, undefined, 2)}\n`
}

/** Writes it. */
export async function writeManifest(): Promise<void> {
  writeFileSync(file, await freshManifest())
}

if (import.meta.main) {
  const fresh = await freshManifest()
  if (process.argv.includes('--check') && readFileSync(file, 'utf8') !== fresh) {
    console.error('oclif.manifest.json is not what the commands say. Run "npm run build" and commit it.')
    process.exitCode = 1
  }
  if (!process.argv.includes('--check')) writeFileSync(file, fresh)
}
