import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { docker } from './engine.ts'
import { repositoryRoot } from './repository-root.ts'

const runFile = promisify(execFile)

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
export async function isThere(name: string): Promise<boolean> {
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

async function makeBase(name: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('debootstrap needs root; name a base image with AUXOT_TEST_BASE')
  const folder = mkdtempSync(join(tmpdir(), 'auxot-base-'))
  try {
    // What Node.js needs and the smallest Debian has not.
    const packages = '--include=ca-certificates,libatomic1'
    await runFile('debootstrap', ['--variant=minbase', packages, 'bookworm', folder], { maxBuffer: 64 * 1_024 ** 2 })
    addNode(join(folder, 'usr', 'local'))
    await importFolder(folder, name)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** The Node.js of the tests, and the npm of this machine. */
function addNode(prefix: string): void {
  cpSync(realpathSync(process.execPath), join(prefix, 'bin', 'node'))
  cpSync(npmFolder(), join(prefix, 'lib', 'node_modules', 'npm'), { recursive: true, dereference: true })
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(prefix, 'bin', name))
  }
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

async function importFolder(folder: string, name: string): Promise<void> {
  const left = ['./var/cache/apt', './var/lib/apt/lists', './proc', './sys'].map((path) => `--exclude=${path}/*`)
  const tar = spawn('tar', ['-C', folder, ...left, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [repo = '', tag = ''] = name.split(':')
  const ended = once(tar, 'exit')
  const answer = await docker.importImage(tar.stdout, { repo, tag })
  for await (const _ of answer);
  const [code] = await ended
  if (code !== 0) throw new Error(`tar ended with ${code}`)
}
