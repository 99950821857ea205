import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { extract, type Header } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildContext } from '../../../src/fleet/image/build-context.ts'
import { repositoryRoot } from '../../support/repository-root.ts'

/** What every entry has in common. */
const plain = { uid: 0, gid: 0, mtime: new Date(0) }

async function entriesOf(archive: Buffer): Promise<Map<string, { header: Header; text: string }>> {
  const unpacked = extract()
  unpacked.end(archive)
  const entries = new Map<string, { header: Header; text: string }>()
  for await (const entry of unpacked) {
    entries.set(entry.header.name, { header: entry.header, text: (await buffer(entry)).toString() })
  }
  return entries
}

/** An installed auxot: some of its files, and two packages beside it. */
function installAt(root: string): void {
  const files: Record<string, string> = {
    'bin/run.js': '#!/usr/bin/env node\n',
    'dist/cli/run-cli.js': 'export {}\n',
    'dist/cli/run-cli.d.ts': 'export {}\n',
    'docker/Dockerfile': 'FROM scratch\n',
    'docker/control': '#!/usr/bin/perl\n',
    'schemas/a.json': '{}\n',
    'oclif.manifest.json': '{}\n',
    'node_modules/pino/package.json': JSON.stringify({ name: 'pino', version: '10.4.0' }),
    'node_modules/renamed/package.json': JSON.stringify({ name: '@scope/original', version: '1.2.3' }),
    'package.json': JSON.stringify({
      name: 'auxot',
      version: '9.8.7',
      type: 'module',
      bin: { auxot: 'bin/run.js' },
      scripts: { prepare: 'exit 1' },
      dependencies: { renamed: 'npm:@scope/original@^1', pino: '^10.0.0', dockerode: '^5.0.1', keytar: '^7' },
      devDependencies: { vitest: '^5.0.0' },
    }),
  }
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content)
  }
}

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'auxot-context-'))
  installAt(root)
})
afterEach(() => rmSync(root, { recursive: true }))

describe('the build context', () => {
  it('holds the package without its types, certificate authorities, and nothing else', async () => {
    const entries = await entriesOf(await buildContext({ root, ca: 'a certificate' }))
    expect([...entries.keys()]).toEqual([
      'bin/run.js',
      'ca.pem',
      'dist/cli/run-cli.js',
      'docker/Dockerfile',
      'docker/control',
      'oclif.manifest.json',
      'package.json',
      'schemas/a.json',
    ])
    expect(entries.get('ca.pem')?.text).toBe('a certificate')
  })

  it('has an empty file of certificate authorities where none are given', async () => {
    expect((await entriesOf(await buildContext({ root }))).get('ca.pem')?.text).toBe('')
  })

  it('describes what is needed in a container, in the versions that are installed', async () => {
    const entries = await entriesOf(await buildContext({ root }))
    expect(JSON.parse(entries.get('package.json')?.text ?? '')).toEqual({
      name: 'auxot',
      version: '9.8.7',
      type: 'module',
      bin: { auxot: 'bin/run.js' },
      private: true,
      dependencies: { pino: '10.4.0', renamed: 'npm:@scope/original@1.2.3' },
    })
  })

  it('is the same bytes for the same content, whenever and by whom it was installed', async () => {
    const first = await buildContext({ root })
    const other = `${root}-again`
    cpSync(root, other, { recursive: true })
    chmodSync(join(other, 'bin', 'run.js'), 0o600)
    utimesSync(join(other, 'bin', 'run.js'), 1, 1)
    const second = await buildContext({ root: other }).finally(() => rmSync(other, { recursive: true }))
    expect(second.equals(first)).toBe(true)
    for (const { header } of (await entriesOf(first)).values()) expect(header).toMatchObject(plain)
  })

  it('lets those files be run that say with what', async () => {
    const entries = await entriesOf(await buildContext({ root }))
    const runnable = [...entries].filter(([, { header }]) => header.mode === 0o755).map(([name]) => name)
    expect(runnable).toEqual(['bin/run.js', 'docker/control'])
  })

  it('is refused where auxot is not built', async () => {
    rmSync(join(root, 'dist'), { recursive: true })
    await expect(buildContext({ root })).rejects.toMatchObject({
      message: 'auxot is not built',
      hint: 'In a checkout, run "npm run build" first.',
      exitCode: 2,
    })
  })

  it('is refused where a package is missing that a worker needs', async () => {
    rmSync(join(root, 'node_modules', 'pino'), { recursive: true })
    await expect(buildContext({ root })).rejects.toMatchObject({
      message: 'The image cannot be built: pino is not installed beside auxot',
      exitCode: 7,
    })
  })
})

describe("this auxot's own image", () => {
  it('has the packages that a worker needs, and no others', async () => {
    const entries = await entriesOf(await buildContext())
    const { dependencies } = JSON.parse(entries.get('package.json')?.text ?? '') as { dependencies: object }
    expect(Object.keys(dependencies)).toEqual([
      '@oclif/core',
      'chalk',
      'execa',
      'https-proxy-agent',
      'pino',
      'pino-pretty',
      'prom-client',
      'ws',
      'zod',
    ])
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('has the Claude Code that the tests run against', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'))
    const dockerfile = readFileSync(join(repositoryRoot, 'docker', 'Dockerfile'), 'utf8')
    expect(dockerfile).toContain(`ARG CLAUDE_CODE_VERSION=${devDependencies['@anthropic-ai/claude-code']}\n`)
  })
})
