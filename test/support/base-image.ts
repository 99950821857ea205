import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { docker } from './engine.ts'
import { repositoryRoot } from './repository-root.ts'

/**
 * The image that the worker's is based on in tests: what AUXOT_TEST_BASE names, else the Dockerfile's own default, which is pulled.
 * Under CI, where nothing can be pulled, and with `AUXOT_TEST_BASE=debootstrap` one is made of Debian's packages and the Node.js
 * that the tests run on.
 */
export async function baseImage(): Promise<string> {
  const named = process.env.AUXOT_TEST_BASE ?? (process.env.CI === 'true' ? 'debootstrap' : defaultBase())
  const name = named === 'debootstrap' ? `auxot-test-base:node-${process.versions.node}` : named
  if (await isThere(name)) return name
  if (named === 'debootstrap') await makeBase(name)
  else await pull(name)
  return name
}

/** Whether the engine has it. */
async function isThere(name: string): Promise<boolean> {
  const images = await docker.listImages({ filters: JSON.stringify({ reference: [name] }) })
  return images.length > 0
}

function defaultBase(): string {
  const dockerfile = readFileSync(join(repositoryRoot, 'docker', 'Dockerfile'), 'utf8')
  return /^ARG BASE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1] ?? ''
}

async function pull(name: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    docker.pull(name, {}, (error, stream) => {
      if (error || !stream) return reject(error ?? new Error(`no answer to a pull of ${name}`))
      docker.modem.followProgress(stream, (failure) => (failure ? reject(failure) : resolve()))
    })
  })
}

/** What the smallest Debian has not and Node.js needs, that Node.js, and the npm of this machine; to stdout, as an archive. */
const script = `
trap 'rm -rf --one-file-system "$1"' EXIT
debootstrap --variant=minbase --include=ca-certificates,libatomic1 bookworm "$1" >&2
mkdir -p "$1/usr/local/lib/node_modules"
cp "$2" "$1/usr/local/bin/node"
cp -rL "$3" "$1/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1/usr/local/bin/npm"
tar -C "$1" --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' --exclude='./proc/*' --exclude='./sys/*' -c .
`

async function makeBase(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'auxot-base-'))
  const words = ['sh', '-euc', script, 'sh', folder, realpathSync(process.execPath), npmFolder()]
  // Only root can make files of root and devices.
  const [program = '', ...rest] = process.getuid?.() === 0 ? words : ['sudo', ...words]
  const made = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = text(made.stderr)
  const ended = once(made, 'exit')
  const imported = importArchive(made.stdout, name).then(
    () => undefined,
    (error: unknown) => error,
  )
  const [code] = await ended
  // What could not be made whole makes no whole image, whatever the engine says of it.
  const failure =
    code === 0 ? await imported : new Error(`debootstrap and what follows it ended with ${code}:\n${await said}`)
  if (failure === undefined) return
  await docker
    .getImage(name)
    .remove()
    .catch(() => {})
  throw failure
}

async function importArchive(archive: Readable, name: string): Promise<void> {
  const [repo, tag] = name.split(':')
  for await (const _ of await docker.importImage(archive, { repo, tag }));
}

/** Found by the program on PATH, which is a link into its package, or by what runs these tests. */
function npmFolder(): string {
  const { npm_execpath: running } = process.env
  if (running && basename(running) === 'npm-cli.js') return dirname(dirname(realpathSync(running)))
  const program = (process.env.PATH ?? '').split(':').map((folder) => join(folder, 'npm'))
  for (const path of program) {
    try {
      return dirname(createRequire(realpathSync(path)).resolve('npm/package.json'))
    } catch {
      // Not in this folder.
    }
  }
  throw new Error('there is no npm on the PATH to copy into the base image')
}
