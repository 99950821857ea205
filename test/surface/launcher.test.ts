import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readDocument } from '../support/json-documents.ts'
import { repositoryRoot } from '../support/repository-root.ts'
import { runAuxot } from '../support/run-auxot.ts'

const folder = mkdtempSync(join(tmpdir(), 'auxot-launcher-'))
afterAll(() => rmSync(folder, { recursive: true }))

const launcher = join(repositoryRoot, 'bin', 'run.js')
const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { version: string }

/** The launchers and package.json, and nothing that a build makes. */
function unbuilt(): string {
  const copy = mkdtempSync(join(folder, 'unbuilt-'))
  cpSync(join(repositoryRoot, 'bin'), join(copy, 'bin'), { recursive: true })
  cpSync(join(repositoryRoot, 'package.json'), join(copy, 'package.json'))
  return join(copy, 'bin', 'run.js')
}

it('says where the current folder is gone', () => {
  const gone = mkdtempSync(join(folder, 'gone-'))
  const script = 'rmdir "$PWD" && exec "$0" "$1" doctor'
  const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, launcher], {
    cwd: gone,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: 'Error: The current folder is no longer there.\n  Change to one that is.\n',
  })
})

describe('an old Node.js', () => {
  const sentence = (node: string) =>
    `auxot needs Node.js 22.13 or newer; this is ${node}. Install a newer one from your package manager or nodejs.org; in a checkout, "npx auxot ..." and "npm run auxot -- ..." use the one that npm ci brought.\n`

  it.each(['8.17.0', '18.20.4', '20.20.2', '22.12.0'])('%s is told what is needed', (old) => {
    const preload = join(folder, `node-${old}.cjs`)
    const fake = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${old}' } })
      Object.defineProperty(process, 'version', { value: 'v${old}' })`
    writeFileSync(preload, fake)
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', preload, launcher, 'dev'], {
      encoding: 'utf8',
    })
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: sentence(`v${old} (${process.execPath})`),
    })
  })

  it('can read the launcher: it has no syntax that is newer than the check', () => {
    const code = readFileSync(launcher, 'utf8').replace(/^(#!|\/\/).*$/gm, '')
    expect(code).not.toMatch(/\b(const|let|class|async|await|import\s*[{*'"]|export)\b|=>|`|\?\.|\?\?|\.\.\.[\w[]/)
  })

  const system = '/usr/bin/node'
  const major = existsSync(system)
    ? Number(execFileSync(system, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }))
    : 99
  it.skipIf(major >= 22)('that this machine has says so itself', () => {
    const { status, stderr } = spawnSync(system, [launcher, '--help'], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^auxot needs Node\.js 22\.13 or newer; this is v\d/)
  })
})

describe('--version', () => {
  it('is answered without loading anything that a build makes', async () => {
    const { code, stdout } = await runAuxot(['--version'], { program: unbuilt() })
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `auxot/${version} ${process.platform}-${process.arch} node-${process.version}\n`,
    })
  })

  it('is a document with --json', async () => {
    const { code, stdout } = await runAuxot(['--version', '--json'])
    expect(code).toBe(0)
    expect(readDocument(stdout, 'auxot.version/v1')).toMatchObject({ version, node: process.version })
  })

  it('takes nothing else', async () => {
    const { code, stderr } = await runAuxot(['--version', '--bogus'])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'Error: There is no flag --bogus for "auxot".\n  See "auxot --help".\n',
    })
  })
})

it('a checkout that is not built says how to build it', async () => {
  const { code, stdout, stderr } = await runAuxot(['help'], { program: unbuilt() })
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: 'Error: auxot is not built yet.\n  In a checkout, run "npm run build" first.\n',
  })
})

it('bin/dev.js runs the sources', async () => {
  const { code, stdout } = await runAuxot(['help', 'exit-codes'], { program: join(repositoryRoot, 'bin', 'dev.js') })
  expect(code).toBe(0)
  expect(stdout).toContain('130  forced by SIGINT')
})

it.each(['--help', 'help settings', 'help exit-codes --json'])('auxot %s | head -1 is no error', (argv) => {
  const script = `set -o pipefail; "$NODE" "$AUXOT" ${argv} | head -1`
  const env = { ...process.env, NODE: process.execPath, AUXOT: launcher, HOME: folder }
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8', env })
  expect({ status, stderr, lines: stdout.split('\n').length }).toEqual({ status: 0, stderr: '', lines: 2 })
})

it.skipIf(!existsSync('/dev/full')).each(['--help', 'help settings', 'help exit-codes --json'])(
  'auxot %s says that stdout cannot be written',
  (argv) => {
    const env = { ...process.env, NODE: process.execPath, AUXOT: launcher, HOME: folder }
    const command = ['-c', `exec "$NODE" "$AUXOT" ${argv} > /dev/full`]
    const { status, stderr } = spawnSync('sh', command, { encoding: 'utf8', env })
    const sentence = 'Error: stdout cannot be written: no space is left on the disk (ENOSPC).\n'
    expect({ status, stderr }).toEqual({ status: 1, stderr: sentence })
  },
)

it.skipIf(process.getuid?.() !== 0)('a user without a home folder is told so', () => {
  const env = { PATH: process.env.PATH ?? '' }
  const ids = { uid: 54_321, gid: 54_321 }
  const copy = join(mkdtempSync(join(folder, 'home-')), 'main.mjs')
  chmodSync(folder, 0o755)
  chmodSync(dirname(copy), 0o755)
  cpSync(join(repositoryRoot, 'bin', 'main.js'), copy)
  const { status, stderr } = spawnSync(process.execPath, [copy, 'help'], { encoding: 'utf8', env, cwd: '/', ...ids })
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: 'Error: this user has no home folder.\n  Name one with HOME; auxot looks for its settings there.\n',
  })
})

it('keeps what it compiled in a folder of the user', async () => {
  const cache = join(folder, 'cache')
  mkdirSync(cache)
  await runAuxot(['help'], { env: { AUXOT_CACHE_DIR: cache } })
  expect(existsSync(join(cache, 'compile'))).toBe(true)
})
