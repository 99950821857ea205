import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EnginePlaces } from '../../../src/fleet/drivers/engine-address.ts'
import { openEngine } from '../../../src/fleet/drivers/open-engine.ts'
import { AuxotError } from '../../../src/shared/errors.ts'
import { leaveDeadSocket } from '../../support/dead-socket.ts'
import { answerFrom, closed, startFakeEngine, version } from '../../support/fake-engine.ts'
import { processesBelow } from '../../support/processes-below.ts'

const containers = { '/containers/json': [{ Id: 'one' }] }
const pems = new URL('../../fixtures/tls/', import.meta.url)

let folder: string
const before = { ...process.env }
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-open-'))
})
afterEach(() => {
  process.env = { ...before }
  rmSync(folder, { recursive: true })
})

/** What goes wrong when an engine is opened. */
async function failureOf(places: EnginePlaces, limitMs?: number) {
  try {
    await openEngine(places, limitMs)
  } catch (error) {
    if (!(error instanceof AuxotError)) throw error
    return { code: error.code, exit: error.exit, message: error.message }
  }
  throw new Error('the engine was opened')
}

describe('an engine', () => {
  it('is asked for its version once, and then for what is wanted', async () => {
    await using fake = await startFakeEngine(containers)
    const engine = await openEngine({ dockerHost: fake.host })
    expect(await engine.listContainers()).toEqual([{ Id: 'one' }])
    expect(fake.requests).toEqual(['GET /version', 'GET /containers/json'])
  })

  it('is the one that was named, whatever the environment says to dockerode', async () => {
    await using fake = await startFakeEngine(containers)
    process.env.DOCKER_HOST = 'tcp://127.0.0.1:1'
    process.env.DOCKER_TLS_VERIFY = '1'
    process.env.DOCKER_CLIENT_TIMEOUT = '1'
    const engine = await openEngine({ dockerHost: fake.host })
    expect(await engine.listContainers()).toHaveLength(1)
  })

  it('that is too old is refused', async () => {
    await using fake = await startFakeEngine({ '/version': { ApiVersion: '1.40' } })
    expect(await failureOf({ dockerHost: fake.host })).toEqual({
      code: 'ENGINE_TOO_OLD',
      exit: 'noBackend',
      message: `The Docker engine at ${fake.socketPath} speaks version 1.40 of the Docker API, and 1.41 is the oldest that will do`,
    })
  })

  it('of the next thousand versions is not', async () => {
    await using fake = await startFakeEngine({ '/version': { ApiVersion: '1.1000' } })
    await expect(openEngine({ dockerHost: fake.host })).resolves.toBeDefined()
    fake.answers['/version'] = { ApiVersion: '2.0' }
    await expect(openEngine({ dockerHost: fake.host })).resolves.toBeDefined()
  })

  it('that is none is told apart', async () => {
    await using fake = await startFakeEngine({ '/version': (response) => response.end('hello') })
    const message = `What answers at ${fake.socketPath} (DOCKER_HOST) is no Docker engine`
    expect(await failureOf({ dockerHost: fake.host })).toMatchObject({ code: 'ENGINE_UNREACHABLE', message })
  })

  it('that never answers is not waited for', async () => {
    await using fake = await startFakeEngine({ '/version': () => {} })
    const message = `The Docker engine at ${fake.socketPath} (DOCKER_HOST) did not answer in time when asked to say its version`
    expect(await failureOf({ dockerHost: fake.host }, 50)).toMatchObject({ code: 'ENGINE_TIMEOUT', message })
  })

  it('that is not there, or has left its socket behind, is said so', async () => {
    const gone = join(folder, 'gone.sock')
    expect(await failureOf({ dockerHost: `unix://${gone}` })).toMatchObject({
      code: 'ENGINE_ABSENT',
      message: `There is no Docker engine at ${gone} (DOCKER_HOST)`,
    })
    const dead = join(folder, leaveDeadSocket(folder, 'dead.sock'))
    expect(await failureOf({ dockerHost: `unix://${dead}` })).toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: `The Docker engine at ${dead} (DOCKER_HOST) is not running`,
    })
  })
})

describe('an engine behind TLS', () => {
  /** An engine with a certificate of localhost; with `asks` it wants to see ours. */
  async function serveTls(asks: boolean) {
    const [cert, key] = ['router.pem', 'router-key.pem'].map((name) => readFileSync(new URL(name, pems)))
    const options = { cert, key, ca: cert, requestCert: asks, rejectUnauthorized: asks }
    const server = createTlsServer(options, answerFrom({ '/version': version, ...containers })).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return { dockerHost: `tcp://localhost:${port}`, [Symbol.asyncDispose]: () => closed(server) }
  }

  function layOut(...names: string[]): void {
    const from = { 'ca.pem': 'router.pem', 'cert.pem': 'router.pem', 'key.pem': 'router-key.pem' }
    for (const name of names) copyFileSync(new URL(from[name as 'ca.pem'], pems), join(folder, name))
  }

  it('is spoken to with the files of DOCKER_CERT_PATH', async () => {
    await using server = await serveTls(true)
    layOut('ca.pem', 'cert.pem', 'key.pem')
    const engine = await openEngine({ ...server, tlsVerify: '1', certPath: folder })
    expect(await engine.listContainers()).toHaveLength(1)
  })

  it('and an authority that does not know it is refused', async () => {
    await using server = await serveTls(false)
    const dockerHost = server.dockerHost.replace('tcp', 'https')
    expect(await failureOf({ dockerHost })).toEqual({
      code: 'ENGINE_TLS',
      exit: 'noBackend',
      message: `No TLS connection to the Docker engine at ${dockerHost} (DOCKER_HOST): self-signed certificate`,
    })
  })

  it('is not what a plain port is', async () => {
    const server = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    const dockerHost = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const message = `The Docker engine at ${dockerHost} (DOCKER_HOST) does not speak TLS`
    expect(await failureOf({ dockerHost })).toEqual({ code: 'ENGINE_TLS', exit: 'noBackend', message })
    await new Promise((done) => server.close(done))
  })
})

describe('an engine behind ssh', () => {
  /** Puts a program named ssh on the PATH. */
  function beSsh(...lines: string[]): void {
    writeFileSync(join(folder, 'ssh'), ['#!/bin/sh', `echo "$@" >> "${folder}/calls"`, ...lines, ''].join('\n'))
    chmodSync(join(folder, 'ssh'), 0o755)
    process.env.PATH = `${folder}:${before.PATH}`
  }

  /** Passes everything on to a socket, as `docker system dial-stdio` does on the other side. */
  function dial(socketPath: string): string {
    const program = join(folder, 'dial.cjs')
    const text = `const socket = require('net').connect(${JSON.stringify(socketPath)})
      process.stdin.pipe(socket).pipe(process.stdout)`
    writeFileSync(program, text)
    return `exec "${process.execPath}" "${program}"`
  }

  it("is reached with the operator's own ssh, and one login is enough for questions in a row", async () => {
    await using fake = await startFakeEngine(containers)
    beSsh(dial(fake.socketPath))
    const engine = await openEngine({ dockerHost: 'ssh://ci@build:2222' })
    expect(await engine.listContainers()).toHaveLength(1)
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe(
      '-o BatchMode=yes -o ConnectTimeout=20 -T -l ci -p 2222 -- build docker system dial-stdio\n',
    )
  })

  it('is not stormed: no more than eight logins are in progress at a time', async () => {
    await using fake = await startFakeEngine(containers)
    // A login counts itself, and takes its time.
    const count = `ls "${folder}" | grep -c '^login' >> "${folder}/counts"`
    const door = [`: > "${folder}/login-$$"`, count, 'sleep 0.1', `rm "${folder}/login-$$"`]
    beSsh(...door, dial(fake.socketPath))
    const engine = await openEngine({ dockerHost: 'ssh://build' })
    const answers = await Promise.all(Array.from({ length: 20 }, () => engine.listContainers()))
    expect(answers).toHaveLength(20)
    const counts = readFileSync(join(folder, 'counts'), 'utf8').trim().split('\n').map(Number)
    expect(Math.max(...counts)).toBeGreaterThan(1)
    expect(Math.max(...counts)).toBeLessThanOrEqual(8)
  })

  it('streams in both directions', async () => {
    await using fake = await startFakeEngine({
      '/exec/one/start': (response) => {
        response.writeHead(101, { Connection: 'Upgrade', Upgrade: 'tcp' })
        response.flushHeaders()
        response.socket?.on('data', (data) => response.socket?.end(`heard ${data}`))
      },
    })
    beSsh(dial(fake.socketPath))
    const engine = await openEngine({ dockerHost: 'ssh://build/run/other.sock' })
    const stream = await engine.getExec('one').start({ hijack: true, stdin: true })
    stream.write('us')
    const [answer] = await once(stream, 'data')
    expect(`${answer}`).toBe('heard us')
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toContain(
      ' -- build docker --host unix:///run/other.sock system dial-stdio',
    )
  })

  it('that cannot be reached is said in the words of ssh', async () => {
    beSsh('echo "a banner" >&2', 'echo "me@build: Permission denied (publickey)." >&2', 'exit 255')
    expect(await failureOf({ dockerHost: 'ssh://build' })).toEqual({
      code: 'ENGINE_UNREACHABLE',
      exit: 'noBackend',
      message: 'No Docker engine can be reached through ssh to build: me@build: Permission denied (publickey)',
    })
  })

  it('is let go where it never answers', async () => {
    beSsh('exec sleep 1000')
    expect(await failureOf({ dockerHost: 'ssh://build' }, 300)).toMatchObject({ code: 'ENGINE_TIMEOUT' })
    await expect.poll(() => processesBelow(folder)).toEqual([])
  })

  it('does not keep the program alive', async () => {
    await using fake = await startFakeEngine(containers)
    beSsh(dial(fake.socketPath))
    const source = new URL('../../../src/fleet/drivers/open-engine.ts', import.meta.url)
    const program = `const { openEngine } = await import(${JSON.stringify(`${source}`)})
      const engine = await openEngine({ dockerHost: 'ssh://build' })
      console.log((await engine.listContainers()).length)`
    const output = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, ['--input-type=module', '-e', program], { timeout: 30_000 }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      )
    })
    expect(output).toBe('1\n')
    await expect.poll(() => processesBelow(folder)).toEqual([])
  })
})
