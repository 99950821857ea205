import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { Duplex, type Readable, type Writable } from 'node:stream'
import { inspect } from 'node:util'
import type { SshRoute } from './engine-address.ts'
import { LoginGate } from './login-gate.ts'

// An import would go through all that node:http exports, WebSocket too, which takes ten times as long to load as the rest.
const { Agent } = process.getBuiltinModule('node:http')

type Ssh = ChildProcessByStdio<Writable, Readable, Readable>

/**
 * Connections to an engine behind a login, each a `ssh` with the engine's own dial-in as its program. As with the docker command it is
 * the operator's ssh: with its keys, its agent, its configuration and the hosts that it knows.
 */
export class SshAgent extends Agent {
  readonly #route: SshRoute
  readonly #gate = new LoginGate()

  constructor(route: SshRoute) {
    super({ keepAlive: true })
    this.#route = route
  }

  override createConnection(_: unknown, done: (error: Error | null, connection: Duplex) => void): undefined {
    this.#gate.pass((isIn) => done(null, new SshConnection(this.#route, isIn)))
  }

  /** dockerode prints the options of every request in full for a debug log. */
  [inspect.custom](): string {
    return 'ssh'
  }
}

/** What ssh said when no connection came about. */
class SshFailedError extends Error {
  readonly code = 'SSH_FAILED'
  readonly host: string
  /** For the operator to try it. */
  readonly login: string

  constructor({ host, port, user }: SshRoute, words: string) {
    super(words)
    this.name = 'SshFailedError'
    this.host = host
    this.login = `${port === undefined ? '' : `-p ${port} `}${user === undefined ? '' : `${user}@`}${host}`
  }
}

/** One run of ssh, as the socket that the HTTP client takes it for. */
class SshConnection extends Duplex {
  readonly #ssh: Ssh
  #words = ''

  /** @param isIn is called when the engine answers, or there will be no answer */
  constructor(route: SshRoute, isIn: () => void) {
    super()
    const ssh = spawn('ssh', argumentsFor(route), { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#ssh = ssh
    ssh.stdout.on('data', (data) => this.push(data) || ssh.stdout.pause())
    ssh.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#words = (this.#words + text).slice(-4_000)
    })
    ssh.stdout.once('data', isIn)
    ssh.once('close', isIn)
    ssh.stdin.on('error', () => {})
    ssh.on('error', (error) => this.destroy(new SshFailedError(route, error.message)))
    ssh.on('close', (code) => this.#end(route, code))
  }

  override _read(): void {
    this.#ssh.stdout.resume()
  }

  override _write(data: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#ssh.stdin.write(data, (error) => done(error && 'code' in error && error.code === 'EPIPE' ? null : error))
  }

  override _final(done: () => void): void {
    this.#ssh.stdin.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#ssh.kill()
    done(error)
  }

  // What an HTTP client does with a socket that nobody uses just now: such a one must not keep the process.
  setKeepAlive(): this {
    return this
  }
  setNoDelay(): this {
    return this
  }
  setTimeout(): this {
    return this
  }
  unref(): this {
    for (const part of this.#parts()) part.unref?.()
    return this
  }
  ref(): this {
    for (const part of this.#parts()) part.ref?.()
    return this
  }

  #parts() {
    return [this.#ssh, this.#ssh.stdin, this.#ssh.stdout, this.#ssh.stderr] as readonly {
      ref?(): void
      unref?(): void
    }[]
  }

  #end(route: SshRoute, code: number | null): void {
    // What was said before the end may still have to be read.
    if (code === 0 || this.destroyed) this.push(null)
    else this.destroy(new SshFailedError(route, this.#words.trim() || `ssh ended with ${code}`))
  }
}

function argumentsFor({ host, port, user, socket }: SshRoute): string[] {
  // Nobody is asked for anything: several connections at once would ask at the same time.
  const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20', '-T']
  const login = [...(user === undefined ? [] : ['-l', user]), ...(port === undefined ? [] : ['-p', `${port}`])]
  const dial = socket === undefined ? [] : ['--host', `unix://${socket}`]
  return [...options, ...login, '--', host, 'docker', ...dial, 'system', 'dial-stdio']
}
