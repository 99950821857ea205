import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { repositoryRoot } from '../../support/repository-root.ts'

const program = join(repositoryRoot, 'docker', 'control')
const request = '{"op":"status"}'

let folder: string
let servers: Server[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-control-'))
  mkdirSync(join(folder, 'auxot'))
  servers = []
})
afterEach(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true })
})

/** Runs the program as it would run in the container. */
function control(
  argv: readonly string[],
  env: object = {},
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    // What a worker of this user has in the usual places is none of these tests' business.
    const all = { PATH: process.env.PATH, XDG_RUNTIME_DIR: folder, ...env }
    execFile('perl', ['-w', program, ...argv], { env: all, timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    )
  })
}

/** A worker that answers each request with what it is told to; `undefined` is no answer. */
async function worker(
  answer: (line: string, count: number) => string | undefined,
  name = '17.sock',
): Promise<string[]> {
  const asked: string[] = []
  const server = createServer((socket) => {
    socket.setEncoding('utf8').on('error', () => {})
    socket.on('data', (text: string) => {
      const said = answer(text, asked.push(text))
      if (said !== undefined) socket.write(said)
    })
  })
  servers.push(server)
  server.listen(join(folder, 'auxot', name))
  await once(server, 'listening')
  return asked
}

const report = (state: string) =>
  `${JSON.stringify({ schema: 'auxot.worker.report/v1', id: 'a "state":"busy"', state, running: [] })}\n`

/** Somebody else's health server on a port of its own. */
async function health(status: number, body: string): Promise<number> {
  const server = createHttpServer((_, response) => response.writeHead(status).end(body))
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const canRun = existsSync('/usr/bin/perl') && process.platform === 'linux'

describe.skipIf(!canRun)('the program for the control socket', () => {
  it('sends one line and prints the one that is answered, however it comes', async () => {
    const asked = await worker(() => `${'x'.repeat(200_000)}\nand more`)
    const { code, stdout } = await control(['{"op":\n"status"}'])
    expect(asked).toEqual(['{"op": "status"}\n'])
    expect({ code, isWhole: stdout === `${'x'.repeat(200_000)}\n` }).toEqual({ code: 0, isWhole: true })
  })

  it('ends with 3 where there is no worker', async () => {
    expect(await control([request])).toEqual({ code: 3, stdout: '', stderr: 'there is no worker\n' })
  })

  it('asks past the socket of a worker that was killed', async () => {
    const dead = createServer().listen(join(folder, 'dead'))
    await once(dead, 'listening')
    renameSync(join(folder, 'dead'), join(folder, 'auxot', '16.sock'))
    await new Promise((closed) => dead.close(closed))
    expect(existsSync(join(folder, 'auxot', '16.sock'))).toBe(true)
    await worker(() => 'here\n')
    expect(await control([request])).toMatchObject({ code: 0, stdout: 'here\n' })
  })

  it('ends with 4 where the worker says half a line and no more for a second', async () => {
    await worker(() => 'half')
    expect(await control([request])).toEqual({ code: 4, stdout: '', stderr: 'the worker gave no answer\n' })
  })

  it('finds a worker that could not use the runtime folder', async () => {
    const levels = join(folder, `auxot-${process.getuid?.()}`, 'control')
    mkdirSync(levels, { recursive: true })
    await worker(() => 'here\n', join('..', `auxot-${process.getuid?.()}`, 'control', '5-2.sock'))
    const env = { XDG_RUNTIME_DIR: '/nowhere', TMPDIR: folder }
    expect(await control([request], env)).toMatchObject({ code: 0, stdout: 'here\n' })
  })

  it('waits until the worker is in one of the states, and prints that report', async () => {
    const states = ['starting', 'reconnecting', 'idle']
    const asked = await worker((_, count) => report(`${states[count - 1]}`))
    expect(await control(['wait', '20', 'idle', 'busy'])).toEqual({ code: 0, stdout: report('idle'), stderr: '' })
    expect(asked).toHaveLength(3)
  })

  it('waits for a worker that is not there yet', async () => {
    const waiting = control(['wait', '20', 'idle'])
    await worker(() => report('idle'))
    expect(await waiting).toMatchObject({ code: 0, stdout: report('idle') })
  })

  it('ends with 5 when the time is over and the worker says nothing', async () => {
    await worker(() => undefined)
    const stderr = 'not idle busy within 1 s\n'
    expect(await control(['wait', '1', 'idle', 'busy'])).toEqual({ code: 5, stdout: '', stderr })
  })

  it.each([[[]], [['status']], [['wait']], [['wait', '5']], [['wait', 'x', 'idle']], [[request, 'more']]])(
    'ends with 2 for %j',
    async (argv) => {
      expect(await control(argv)).toMatchObject({ code: 2, stderr: expect.stringMatching(/^usage: /) })
    },
  )

  describe('asked whether the worker is alive', () => {
    it.each([
      ['a port', (port: number) => `${port}`],
      ['an address', (port: number) => `127.0.0.1:${port}`],
      ['every address', (port: number) => `0.0.0.0:${port}`],
      ['every address of IPv6', (port: number) => `[::]:${port}`],
      ['a name', (port: number) => `localhost:${port}`],
    ])('asks over HTTP where health is served, at %s', async (_, address) => {
      const port = await health(200, 'alive\n')
      expect(await control(['livez'], { AUXOT_HEALTH_ADDR: address(port) })).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      })
    })

    it('ends with 1 and what it said where it is not', async () => {
      const port = await health(503, 'the router has not answered a heartbeat for 31s\n')
      expect(await control(['livez'], { AUXOT_HEALTH_ADDR: `${port}` })).toEqual({
        code: 1,
        stdout: '',
        stderr: 'the router has not answered a heartbeat for 31s\n',
      })
    })

    it.each([[{}], [{ AUXOT_HEALTH_ADDR: '127.0.0.1:1' }]])('asks at the socket with %j', async (env) => {
      expect(await control(['livez'], env)).toEqual({ code: 1, stdout: '', stderr: 'there is no worker\n' })
      await worker(() => report('auth_failed'))
      expect(await control(['livez'], env)).toMatchObject({ code: 0 })
    })
  })
})
