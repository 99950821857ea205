import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type Dockerode from 'dockerode'
import { Authority, type Certificate } from './certificates.ts'
import { docker } from './engine.ts'

const limitMs = 60_000

/** A Docker engine that listens on a TCP port for those who have a certificate of its authority. It has no images. */
export class TlsEngine implements AsyncDisposable {
  readonly port: number
  readonly authority: Authority
  readonly #folder: string
  readonly #bridge: Dockerode.Network
  readonly #daemon: ChildProcess

  private constructor(parts: { port: number; authority: Authority; folder: string; bridge: Dockerode.Network }) {
    this.port = parts.port
    this.authority = parts.authority
    this.#folder = parts.folder
    this.#bridge = parts.bridge
    const { cert, key } = parts.authority.issue('server', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth')
    const tls = ['--tlsverify', `--tlscacert=${this.authority.cert}`, `--tlscert=${cert}`, `--tlskey=${key}`]
    const place = ['data-root', 'exec-root', 'pidfile'].map((name) => `--${name}=${join(this.#folder, name)}`)
    // An engine that is told to have no bridge takes the usual one away, which is the other's.
    const network = [`--bridge=${bridgeName(this.#folder)}`, '--iptables=false']
    const argv = [`--host=tcp://127.0.0.1:${this.port}`, ...tls, ...place, ...network]
    this.#daemon = spawn('dockerd', argv, { stdio: ['ignore', 'ignore', 'pipe'] })
  }

  /** Resolves when it listens. */
  static async open(): Promise<TlsEngine> {
    const folder = mkdtempSync(join(tmpdir(), 'auxot-tls-engine-'))
    const name = bridgeName(folder)
    const options = { 'com.docker.network.bridge.name': name }
    const bridge = await docker.createNetwork({ Name: name, Driver: 'bridge', Options: options })
    const engine = new TlsEngine({ port: await freePort(), authority: new Authority(folder, 'one'), folder, bridge })
    try {
      await engine.#listens()
      return engine
    } catch (error) {
      await engine[Symbol.asyncDispose]()
      throw error
    }
  }

  /** A folder for DOCKER_CERT_PATH. */
  certPath(name: string, files: Partial<Certificate> & { readonly ca: string }): string {
    const folder = join(this.#folder, `certs-${name}`)
    mkdirSync(folder)
    for (const [file, path] of Object.entries(files)) copyFileSync(path, join(folder, `${file}.pem`))
    return folder
  }

  /** Another authority, of which the engine knows nothing. */
  anotherAuthority(): Authority {
    return new Authority(this.#folder, `other-${randomBytes(4).toString('hex')}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#daemon.exitCode === null && this.#daemon.signalCode === null) {
      const ended = once(this.#daemon, 'exit', { signal: AbortSignal.timeout(limitMs) })
      this.#daemon.kill('SIGTERM')
      await ended
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
    await this.#bridge.remove()
  }

  async #listens(): Promise<void> {
    const { stderr } = this.#daemon
    if (!stderr) throw new Error('the engine of the test has no log')
    const said: string[] = []
    const lines = createInterface(stderr)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    lines.on('line', (line) => {
      said.push(line)
      if (line.includes('API listen on')) resolve()
    })
    lines.once('close', () =>
      reject(new Error(`the engine of the test does not listen:\n${said.slice(-20).join('\n')}`)),
    )
    const limit = setTimeout(() => this.#daemon.kill('SIGKILL'), limitMs)
    await promise.finally(() => clearTimeout(limit))
  }
}

/** No longer than the kernel takes for the name of an interface. */
function bridgeName(folder: string): string {
  return `auxot${Buffer.from(folder.slice(-6)).toString('hex').slice(-10)}`
}

/** A port that nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
