import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auxotVersion } from '../../src/shared/version.ts'
import { type FakeEngine, startFakeEngine } from '../support/fake-engine.ts'
import { readDocument } from '../support/json-documents.ts'
import { runAuxot, startAuxot } from '../support/run-auxot.ts'

const id = `sha256:${'a'.repeat(64)}`
const name = `auxot-worker:${auxotVersion()}`
const labels = { 'com.auxot.version': auxotVersion(), 'com.auxot.claude-version': '2.1.330' }

let engine: FakeEngine
let folder: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-image-'))
  engine = await startFakeEngine({
    '/version': { ApiVersion: '1.41', Version: '20.10.24', Arch: 'amd64' },
    '/build': tells({ stream: 'Step 1/2 : FROM base' }, { stream: 'Step 2/2 : RUN make' }, { aux: { ID: id } }),
    [`/images/${name}/json`]: { Id: id, Architecture: 'amd64', Size: 7, Config: { Labels: labels } },
  })
})
afterEach(async () => {
  await engine[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

function tells(...events: readonly object[]): (response: ServerResponse) => void {
  return (response) => {
    response.req.resume()
    response.end(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  }
}

function run(argv: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  return runAuxot(['worker', 'image', ...argv], { env: { DOCKER_HOST: engine.host, ...env } })
}

describe('auxot worker image', () => {
  it('builds the image of this auxot, tells its steps on stderr, and the result on stdout', async () => {
    const { code, stdout, stderr } = await run()
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${name} ${id}\n` })
    expect(stderr.replace(/\d+ms$/gm, 'TIME')).toBe(
      `+ image step 1/2 FROM base TIME\n+ image step 2/2 RUN make TIME\n+ image: ${name} TIME\n`,
    )
  })

  it('prints one document with --json, and nothing else with --quiet; proxies of this host go along', async () => {
    const proxies = { https_proxy: 'http://proxy.example.com:3128', NO_PROXY: 'localhost' }
    const given = ['--json', '--quiet', '--build-arg', 'BASE_IMAGE=base', '--build-arg', 'NO_PROXY=mine']
    const { code, stdout, stderr } = await run(given, proxies)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(readDocument(stdout, 'auxot.worker.image/v1')).toEqual({
      schema: 'auxot.worker.image/v1',
      name,
      id,
      sizeBytes: 7,
      claudeVersion: '2.1.330',
      version: auxotVersion(),
      durationMs: expect.any(Number),
    })
    const asked = engine.requests.find((request) => request.startsWith('POST /build')) ?? ''
    expect(JSON.parse(new URL(asked.split(' ')[1] ?? '', engine.host).searchParams.get('buildargs') ?? '')).toEqual({
      AUXOT_VERSION: auxotVersion(),
      BASE_IMAGE: 'base',
      HTTPS_PROXY: 'http://proxy.example.com:3128',
      NO_PROXY: 'mine',
    })
  })

  it('that fails ends with 7 and what the failing step printed', async () => {
    engine.answers['/build'] = tells(
      { stream: 'Step 1/1 : RUN make' },
      { stream: 'no rule to make it\n' },
      { error: "The command '/bin/sh -c make' returned a non-zero code: 2" },
    )
    const { code, stdout } = await run(['--json'])
    expect(code).toBe(7)
    expect(readDocument(stdout, 'auxot.error/v1')).toMatchObject({
      error: {
        code: 'BUILD_FAILED',
        message:
          'The image could not be built: step 1/1 failed: RUN make\nno rule to make it\nIt ended with exit code 2',
        exitCode: 7,
      },
    })
  })

  it('trusts certificate authorities that are there, and says which are not', async () => {
    const path = join(folder, 'ca.pem')
    writeFileSync(path, 'no certificate\n')
    const [missing, wrong] = await Promise.all([
      run(['--ca-file', join(folder, 'none.pem')]),
      run([], { NODE_EXTRA_CA_CERTS: path }),
    ])
    expect(missing.code).toBe(2)
    expect(missing.stderr).toMatch(/^Error: --ca-file: .*none\.pem cannot be read \(ENOENT\)\.$/m)
    // Node itself warns of such a file too.
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`Error: NODE_EXTRA_CA_CERTS: ${path} holds no certificate.\n`),
    })
    expect(engine.requests.filter((request) => request.startsWith('POST'))).toEqual([])
  })

  it('ends the build when it is interrupted', async () => {
    const closed = new Promise<void>((resolve) => {
      engine.answers['/build'] = (response) => {
        response.req.resume()
        response.on('close', resolve)
        response.write(`${JSON.stringify({ stream: 'Step 1/2 : FROM base' })}\n`)
        response.write(`${JSON.stringify({ stream: 'Step 2/2 : RUN make' })}\n`)
      }
    })
    await using running = startAuxot(['worker', 'image'], { env: { DOCKER_HOST: engine.host } })
    await running.line(/step 1\/2/)
    running.signal('SIGINT')
    await closed
    expect(await running.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('It was interrupted') })
  })
})
