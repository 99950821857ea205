import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { BackendError } from '../errors.ts'

/** What an installed package says of itself, as far as it is of interest here. */
export interface PackageFacts {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly [fact: string]: unknown
}

/** What a worker in a container has no use for: engines and keychains are the host's, and nobody sits at its terminal. */
const notInContainers: readonly string[] = [
  '@lydell/node-pty',
  '@xterm/headless',
  'dockerode',
  'keytar',
  'listr2',
  'tar-stream',
]

/** The facts that auxot itself and its command line read at run time. */
const keptFacts = ['name', 'version', 'description', 'license', 'type', 'engines', 'bin', 'oclif'] as const

/** The package.json of the image: what a worker there needs, each in exactly the version that is installed beside this auxot. */
export async function imagePackage(root: string): Promise<PackageFacts> {
  const facts = await readPackage(join(root, 'package.json'))
  const names = Object.keys(facts.dependencies ?? {}).filter((name) => !notInContainers.includes(name))
  const folders = createRequire(join(root, 'package.json'))
  const versions = await Promise.all(names.sort().map(async (name) => [name, await installed(name, folders)] as const))
  const kept = Object.fromEntries(keptFacts.flatMap((fact) => (fact in facts ? [[fact, facts[fact]]] : [])))
  return { ...kept, private: true, dependencies: Object.fromEntries(versions) } as unknown as PackageFacts
}

/** Found by its folder: many packages do not let their package.json be imported. */
async function installed(name: string, require: NodeJS.Require): Promise<string> {
  for (const folder of require.resolve.paths(name) ?? []) {
    const found = await readPackage(join(folder, name, 'package.json')).catch(() => undefined)
    if (found) return found.name === name ? found.version : `npm:${found.name}@${found.version}`
  }
  throw new BackendError(`The image cannot be built: ${name} is not installed beside auxot`, {
    code: 'NOT_INSTALLED',
    hint: 'Install auxot anew.',
  })
}

async function readPackage(path: string): Promise<PackageFacts> {
  return JSON.parse(await readFile(path, 'utf8')) as PackageFacts
}
