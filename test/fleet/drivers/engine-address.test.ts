import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EnginePlaces, engineAddressFrom, nameOfRoute } from '../../../src/fleet/drivers/engine-address.ts'
import { firstSocket, usualSockets } from '../../../src/fleet/drivers/engine-sockets.ts'
import { UsageError } from '../../../src/shared/errors.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'auxot-home-'))
})
afterEach(() => rmSync(home, { recursive: true }))

/** Writes a file below the home folder, and the folders that it needs. */
function write(path: string, content: unknown = ''): string {
  const file = join(home, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

function writeContext(name: string, docker: object, pems: readonly string[] = []): string {
  const id = createHash('sha256').update(name).digest('hex')
  write(`.docker/contexts/meta/${id}/meta.json`, { Name: name, Endpoints: { docker } })
  for (const pem of pems) write(`.docker/contexts/tls/${id}/docker/${pem}`, `PEM of ${pem}`)
  return join(home, '.docker/contexts/tls', id, 'docker')
}

function problemWith(places: EnginePlaces) {
  try {
    return engineAddressFrom(places)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return { message: error.message, hint: error.hint }
  }
}

describe('DOCKER_HOST', () => {
  it.each([
    ['unix:///run/my docker.sock', { kind: 'socket', path: '/run/my docker.sock' }],
    ['unix://', { kind: 'socket', path: '/var/run/docker.sock' }],
    ['npipe:////./pipe/docker_engine', { kind: 'socket', path: '//./pipe/docker_engine' }],
    ['tcp://10.0.0.7:4243', { kind: 'tcp', host: '10.0.0.7', port: 4243 }],
    ['tcp://build.example.com', { kind: 'tcp', host: 'build.example.com', port: 2375 }],
    ['TCP://[::1]:2375/', { kind: 'tcp', host: '::1', port: 2375 }],
    ['build:4243', { kind: 'tcp', host: 'build', port: 4243 }],
    [':4243', { kind: 'tcp', host: 'localhost', port: 4243 }],
    ['http://build', { kind: 'tcp', host: 'build', port: 80 }],
    ['https://build', { kind: 'tcp', host: 'build', port: 443, tls: { skipsVerify: false } }],
    ['ssh://build', { kind: 'ssh', host: 'build' }],
    ['ssh://ci@build:2222', { kind: 'ssh', host: 'build', user: 'ci', port: 2222 }],
    ['ssh://build/run/podman.sock', { kind: 'ssh', host: 'build', socket: '/run/podman.sock' }],
  ])('%s', (dockerHost, route) => {
    expect(engineAddressFrom({ dockerHost, home })).toEqual({ route, source: 'DOCKER_HOST', isNamed: true })
  })

  it.each([
    ['/var/run/docker.sock', 'which is no address of an engine'],
    ['ftp://build', 'which is no address of an engine'],
    ['tcp://a b', 'which is no address of an engine'],
    ['tcp://build:0', 'and there is no such port'],
    ['tcp://build:65536', 'and there is no such port'],
    ['tcp://me@build:1', 'which has a user: an engine knows no users'],
    ['tcp://build:1/engines/2', 'which has a path: an engine behind one cannot be spoken to'],
    ['ssh://', 'which names no host'],
  ])('%s is refused in one sentence', (dockerHost, problem) => {
    expect(problemWith({ dockerHost })).toEqual({
      message: `DOCKER_HOST is "${dockerHost}", ${problem}`,
      hint: 'Write unix:///path/of/docker.sock, tcp://host:2376, http(s)://host:port, ssh://user@host or npipe:////./pipe/name.',
    })
  })

  it('with a password is refused without repeating it', () => {
    for (const scheme of ['ssh', 'tcp', 'ftp']) {
      expect(JSON.stringify(problemWith({ dockerHost: `${scheme}://me:canary@build` }))).not.toContain('canary')
    }
  })

  it('comes back from the name that people are shown', () => {
    const host = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}(\.[a-z]{2,5})?$|^fe80::[0-9a-f]{1,4}$/)
    const port = fc.integer({ min: 1, max: 65_535 })
    const user = fc.option(fc.stringMatching(/^[a-z]{1,8}$/), { nil: undefined })
    const parts = fc.record({ scheme: fc.constantFrom('tcp', 'ssh'), host, port, user })
    fc.assert(
      fc.property(parts, ({ scheme, host: name, port: number, user: login }) => {
        const bracketed = name.includes(':') ? `[${name}]` : name
        const dockerHost = `${scheme}://${scheme === 'ssh' && login ? `${login}@` : ''}${bracketed}:${number}`
        expect(nameOfRoute(engineAddressFrom({ dockerHost }).route)).toBe(dockerHost)
      }),
    )
  })

  it('and DOCKER_TLS_VERIFY: the files of DOCKER_CERT_PATH, else of the configuration folder, and another usual port', () => {
    for (const name of ['ca.pem', 'cert.pem', 'key.pem']) write(`certs/${name}`, name)
    write('.docker/ca.pem', 'another')
    const places = { dockerHost: 'tcp://build', tlsVerify: '1', home }
    const tls = { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem', skipsVerify: false }
    const route = { kind: 'tcp', host: 'build', port: 2376 }
    expect(engineAddressFrom({ ...places, certPath: join(home, 'certs') }).route).toEqual({ ...route, tls })
    expect(engineAddressFrom(places).route).toEqual({ ...route, tls: { ca: 'another', skipsVerify: false } })
    expect(engineAddressFrom({ ...places, dockerHost: 'unix:///x' }).route).toEqual({ kind: 'socket', path: '/x' })
  })

  it('and DOCKER_TLS_VERIFY without an authority, or half a pair, is refused', () => {
    const places = { dockerHost: 'tcp://build', tlsVerify: '1', certPath: home }
    expect(problemWith(places)).toEqual({
      message: `DOCKER_TLS_VERIFY is set, and there is no ca.pem in ${home}`,
      hint: 'Name the folder of ca.pem, cert.pem and key.pem with DOCKER_CERT_PATH, or unset DOCKER_TLS_VERIFY.',
    })
    write('ca.pem')
    write('key.pem')
    expect(problemWith(places)).toEqual({
      message: `There is no cert.pem beside the key.pem in ${home}`,
      hint: 'Put it there, or take the other away where the engine wants no certificate.',
    })
  })
})

describe('a context', () => {
  it('of DOCKER_CONTEXT is read, and DOCKER_HOST beats it', () => {
    writeContext('build', { Host: 'unix:///run/build.sock' })
    const named = { dockerContext: 'build', home }
    const route = { kind: 'socket', path: '/run/build.sock' }
    expect(engineAddressFrom(named)).toEqual({ route, source: 'context "build"', isNamed: true })
    expect(engineAddressFrom({ ...named, dockerHost: 'unix:///x' }).source).toBe('DOCKER_HOST')
  })

  it('that "docker context use" chose is read, and DOCKER_CONTEXT beats it', () => {
    writeContext('rootless', { Host: 'unix:///run/user/1000/docker.sock' })
    writeContext('other', { Host: 'ssh://other' })
    write('.docker/config.json', { currentContext: 'rootless', auths: {} })
    const route = { kind: 'socket', path: '/run/user/1000/docker.sock' }
    expect(engineAddressFrom({ home })).toEqual({ route, source: 'context "rootless"', isNamed: false })
    expect(engineAddressFrom({ home, dockerContext: 'other' }).route).toEqual({ kind: 'ssh', host: 'other' })
    expect(engineAddressFrom({ home, dockerConfig: join(home, 'elsewhere') }).source).toBe('default socket')
    expect(engineAddressFrom({ home, dockerContext: 'default' })).toMatchObject({
      source: 'default socket',
      isNamed: true,
    })
  })

  it('has the TLS files that belong to it', () => {
    const folder = writeContext('safe', { Host: 'tcp://build' }, ['ca.pem', 'cert.pem', 'key.pem'])
    const tls = { ca: 'PEM of ca.pem', cert: 'PEM of cert.pem', key: 'PEM of key.pem', skipsVerify: false }
    const named = { dockerContext: 'safe', home }
    expect(engineAddressFrom(named).route).toEqual({ kind: 'tcp', host: 'build', port: 2376, tls })
    rmSync(join(folder, 'key.pem'))
    expect(problemWith(named)).toMatchObject({ message: `There is no key.pem beside the cert.pem in ${folder}` })
    writeContext('lax', { Host: 'tcp://build', SkipTLSVerify: true })
    expect(engineAddressFrom({ dockerContext: 'lax', home }).route).toMatchObject({ tls: { skipsVerify: true } })
    writeContext('plain', { Host: 'tcp://build', SkipTLSVerify: false })
    expect(engineAddressFrom({ dockerContext: 'plain', home }).route).toEqual({
      kind: 'tcp',
      host: 'build',
      port: 2375,
    })
  })

  const chooseAnother =
    'Choose another with DOCKER_CONTEXT or "docker context use", or name the engine with DOCKER_HOST.'

  it('that is not there is refused with the nearest that is', () => {
    writeContext('build', { Host: 'unix:///x' })
    expect(problemWith({ dockerContext: 'biuld', home })).toEqual({
      message: 'There is no Docker context "biuld" (DOCKER_CONTEXT); did you mean "build"?',
      hint: `There are: default, build. ${chooseAnother}`,
    })
    const config = write('.docker/config.json', { currentContext: 'gone' })
    expect(problemWith({ home })).toEqual({
      message: `There is no Docker context "gone" (${config})`,
      hint: `There are: default, build. ${chooseAnother}`,
    })
    expect(problemWith({ dockerContext: 'x' })).toEqual({
      message: 'There is no Docker context "x" (DOCKER_CONTEXT)',
      hint: `There are: default. ${chooseAnother}`,
    })
  })

  it('without an engine, or with a wrong address, is refused', () => {
    writeContext('cluster', {})
    writeContext('odd', { Host: 'gopher://x' })
    expect(problemWith({ dockerContext: 'cluster', home })).toEqual({
      message: 'The Docker context "cluster" (DOCKER_CONTEXT) names no engine',
      hint: chooseAnother,
    })
    expect(problemWith({ dockerContext: 'odd', home })).toMatchObject({
      message: 'The address in the Docker context "odd" is "gopher://x", which is no address of an engine',
    })
  })

  it.each([
    ['{"auths": {"canary": ', 'it is no JSON'],
    ['"canary"', 'it is no JSON object'],
  ])('in a configuration that is %s is refused without showing what is in it', (content, reason) => {
    const file = write('.docker/config.json', content)
    const problem = {
      message: `Docker's configuration ${file} cannot be read: ${reason}`,
      hint: 'Repair it, or name the engine with DOCKER_HOST.',
    }
    expect(problemWith({ home })).toEqual(problem)
    expect(problemWith({ home, dockerHost: 'unix:///x' })).toMatchObject({ source: 'DOCKER_HOST' })
  })
})

describe('the usual sockets', () => {
  it("are Docker Desktop's, the host's, a rootless engine's and Podman's", () => {
    expect(usualSockets({ home: '/home/me', runtimeDir: '/run/user/7' })).toEqual([
      '/home/me/.docker/run/docker.sock',
      '/var/run/docker.sock',
      '/run/user/7/docker.sock',
      '/run/user/7/podman/podman.sock',
      '/run/podman/podman.sock',
    ])
    expect(usualSockets({})).toEqual(['/var/run/docker.sock', '/run/podman/podman.sock'])
  })

  it('are tried in this order, and the first that is there is taken', () => {
    const [first, second] = [join(home, 'first'), write('second')]
    expect(firstSocket([first, second, write('third')])).toEqual({ kind: 'socket', path: second })
    expect(firstSocket([first])).toEqual({ kind: 'none', lookedAt: [first] })
    const desktop = write('.docker/run/docker.sock')
    const address = { route: { kind: 'socket', path: desktop }, source: 'default socket', isNamed: false }
    expect(engineAddressFrom({ home })).toEqual(address)
  })

  it.skipIf(process.getuid?.() === 0)('that may not be opened come after those that may', () => {
    const [closed, open] = [write('closed'), write('open')]
    chmodSync(closed, 0)
    expect(firstSocket([closed, open])).toEqual({ kind: 'socket', path: open })
    expect(firstSocket([closed])).toEqual({ kind: 'socket', path: closed })
  })
})
