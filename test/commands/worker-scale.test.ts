import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auxotVersion } from '../../src/shared/version.ts'
import { type FakeEngine, startFakeEngine } from '../support/fake-engine.ts'
import { readDocument } from '../support/json-documents.ts'
import { runAuxot } from '../support/run-auxot.ts'

const given = {
  AUXOT_ROUTER_URL: 'https://router.example.com',
  AUXOT_GPU_KEY: 'adm_invented-for-this-test',
  CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-invented-for-this-test',
  AUXOT_IMAGE: 'worker:1',
}

async function scale(engine: Pick<FakeEngine, 'host'> | string, ...argv: string[]) {
  const host = typeof engine === 'string' ? engine : engine.host
  const env = { ...given, DOCKER_HOST: host }
  const { code, stdout, stderr } = await runAuxot(['worker', 'scale', '--json', ...argv], { env })
  return { code, stderr, error: readDocument<{ error: { message: string } }>(stdout, 'auxot.error/v1').error }
}

const image = (architecture: string) => ({
  Id: 'sha256:1',
  Config: { Labels: {} },
  Architecture: architecture,
  Size: 1,
})
const empty = {
  '/version': { ApiVersion: '1.41', Arch: 'amd64' },
  '/containers/json': [],
  '/images/worker:1/json': image('amd64'),
}
const refuses = (statusCode: number, message: string) => (response: ServerResponse) => {
  response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify({ message }))
}

describe('auxot worker scale, where the engine does not do its part, ends with 7 and one sentence', () => {
  it('where there is none', async () => {
    const { code, error } = await scale('unix:///nowhere/docker.sock', '2')
    expect({ code, message: error.message }).toEqual({
      code: 7,
      message: 'There is no Docker engine at /nowhere/docker.sock (DOCKER_HOST)',
    })
  })

  it('where it is too old', async () => {
    await using engine = await startFakeEngine({ '/version': { ApiVersion: '1.24', Version: '1.12' } })
    const { code, error } = await scale(engine, '2')
    expect(code).toBe(7)
    expect(error.message).toMatch(/1\.24/)
  })

  it('where the image is for another processor', async () => {
    await using engine = await startFakeEngine({ ...empty, '/images/worker:1/json': image('arm64') })
    const { code, error } = await scale(engine, '2')
    expect({ code, message: error.message }).toEqual({
      code: 7,
      message: "The image worker:1 is made for arm64, and the engine's processor is amd64",
    })
  })

  it('where the image is not there', async () => {
    await using engine = await startFakeEngine({ ...empty, '/images/worker:1/json': refuses(404, 'No such image') })
    const { code, error } = await scale(engine, '2')
    expect({ code, message: error.message }).toEqual({ code: 7, message: 'There is no image worker:1 at the engine' })
  })

  it('after it has built the image of this auxot, which was missing and is asked for by no name', async () => {
    const build = (response: ServerResponse) => {
      response.req.resume()
      engine.answers[own] = image('amd64')
      response.end(
        `${JSON.stringify({ stream: 'Step 1/1 : FROM base' })}\n${JSON.stringify({ aux: { ID: 'sha256:1' } })}\n`,
      )
    }
    const own = `/images/auxot-worker:${auxotVersion()}/json`
    const answers = { ...empty, '/build': build, '/containers/create': refuses(500, 'no space left on device') }
    await using engine = await startFakeEngine(answers)
    const env = { ...given, AUXOT_IMAGE: '', DOCKER_HOST: engine.host }
    const { code, stderr } = await runAuxot(['worker', 'scale', '2'], { env })
    expect(code).toBe(7)
    expect(stderr).toMatch(/^\+ image step 1\/1 FROM base .*\n\+ image: auxot-worker:/)
    const asked = engine.requests.map((request) => request.replace(/\?.*/, ''))
    expect(asked.indexOf('POST /build')).toBeLessThan(asked.indexOf('POST /containers/create'))
    expect(asked.filter((request) => request === 'POST /build')).toHaveLength(1)
  })

  it('where its disk is full, and leaves nothing', async () => {
    const full = refuses(500, 'write /var/lib/docker/containers/x: no space left on device')
    await using engine = await startFakeEngine({ ...empty, '/containers/create': full })
    const { code, error, stderr } = await scale(engine, '2')
    expect(code).toBe(7)
    expect(error.message).toBe('The disk of the Docker engine is full')
    expect(stderr).not.toContain('    at ')
    expect(engine.requests.filter((request) => request.startsWith('POST /volumes'))).toEqual([])
  })
})

describe('auxot worker scale --pull', () => {
  const registry = 'registry.example.com'
  const name = `${registry}/team/worker:1`
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auxot-pull-'))
    const auth = Buffer.from('ci:canary-password').toString('base64')
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [registry]: { auth } } }))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** An engine that fetches the image in two layers, and then has no room for a container. */
  const fetching = (seen: (string | undefined)[]) => ({
    ...empty,
    '/images/create': (response: ServerResponse) => {
      const { url, headers } = response.req
      seen.push(url, headers['x-registry-auth']?.toString())
      const events = [
        { id: 'a', status: 'Pulling fs layer' },
        { id: 'b', status: 'Already exists' },
        { id: 'a', status: 'Downloading', progressDetail: { current: 1, total: 2 } },
        { id: 'a', status: 'Pull complete' },
        { status: 'Status: Downloaded newer image' },
      ]
      response.end(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    },
    [`/images/${name}/json`]: image('amd64'),
    '/containers/create': refuses(500, 'no space left on device'),
  })
  const run = (engine: FakeEngine, ...argv: string[]) => {
    const env = { ...given, AUXOT_IMAGE: name, DOCKER_HOST: engine.host, DOCKER_CONFIG: folder }
    return runAuxot(['worker', 'scale', '1', '--pull', ...argv], { env })
  }

  it('fetches the image first, with the docker command’s login, and tells how far it is', async () => {
    const seen: (string | undefined)[] = []
    await using engine = await startFakeEngine(fetching(seen))
    const { code, stdout, stderr } = await run(engine)
    expect(code).toBe(7)
    expect(stderr.replace(/\d+ms$/gm, 'TIME')).toMatch(
      new RegExp(`^\\+ image layer 1/2 TIME\n\\+ image layer 2/2 TIME\n\\+ image: ${name} TIME\n`),
    )
    const [url = '', login = ''] = seen
    const asked = Object.fromEntries(new URL(url, 'http://engine').searchParams)
    expect(asked).toEqual({ fromImage: `${registry}/team/worker`, tag: '1' })
    expect(JSON.parse(Buffer.from(login, 'base64url').toString('utf8'))).toEqual({
      serveraddress: registry,
      username: 'ci',
      password: 'canary-password',
    })
    expect(stdout + stderr).not.toContain('canary')
  })

  it('with --dry-run fetches nothing', async () => {
    const seen: (string | undefined)[] = []
    await using engine = await startFakeEngine({ ...fetching(seen), [`/images/${name}/json`]: refuses(404, 'none') })
    const { code, stderr } = await run(engine, '--dry-run')
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('default-1 create') })
    expect(seen).toEqual([])
  })
})

describe('auxot worker scale, told something wrong, ends with 2 before it asks the engine anything', () => {
  it.each([
    ['a size that is none', ['five'], '"five" is no size of a fleet'],
    ['a size below zero', ['--', '-3'], undefined],
    ['a fleet that cannot be a name', ['2', '--fleet', 'My Fleet'], '--fleet: "My Fleet" is no fleet name'],
    ['a size without its unit', ['2', '--memory', '2'], '--memory: "2" is no size'],
    ['a size that nobody has', ['2', '--memory', '99999999t'], '--memory: "99999999t" is more than 1024t'],
    ['an image that cannot be one', ['2', '--image', 'My Worker'], '--image: "My Worker" is no name of an image'],
    ['a flag that there is not', ['2', '--dryrun'], undefined],
    ['two sizes', ['2', '3'], undefined],
  ])('%s', async (_, argv, message) => {
    await using engine = await startFakeEngine({ ...empty })
    const { code, error } = await scale(engine, ...argv)
    expect(code).toBe(2)
    if (message !== undefined) expect(error.message).toBe(message)
    expect(engine.requests.filter((request) => !request.startsWith('GET'))).toEqual([])
  })

  it('an address with a password in it', async () => {
    await using engine = await startFakeEngine({ ...empty })
    const env = { ...given, DOCKER_HOST: engine.host, HTTPS_PROXY: 'http://user:hunter2@proxy:3128' }
    const { code, stderr, stdout } = await runAuxot(['worker', 'scale', '2'], { env })
    expect(code).toBe(2)
    expect(stderr).toContain('HTTPS_PROXY: holds a user name or password')
    expect(stderr + stdout).not.toContain('hunter2')
    expect(engine.requests).toEqual([])
  })
})
