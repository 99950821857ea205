import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Authority, type Certificate } from './certificates.ts'
import { OwnEngine } from './own-engine.ts'

/** A Docker engine that listens on a TCP port for those who have a certificate of its authority. It has no images. */
export class TlsEngine implements AsyncDisposable {
  readonly port: number
  readonly authority: Authority
  readonly #folder: string
  readonly #engine: OwnEngine

  private constructor(parts: { port: number; authority: Authority; folder: string; engine: OwnEngine }) {
    this.port = parts.port
    this.authority = parts.authority
    this.#folder = parts.folder
    this.#engine = parts.engine
  }

  /** Resolves when it listens. */
  static async open(): Promise<TlsEngine> {
    const folder = mkdtempSync(join(tmpdir(), 'auxot-tls-engine-'))
    try {
      const authority = new Authority(folder, 'one')
      const { cert, key } = authority.issue('server', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth')
      const tls = ['--tlsverify', `--tlscacert=${authority.cert}`, `--tlscert=${cert}`, `--tlskey=${key}`]
      const port = await freePort()
      const engine = await OwnEngine.open([`--host=tcp://127.0.0.1:${port}`, ...tls])
      return new TlsEngine({ port, authority, folder, engine })
    } catch (error) {
      rmSync(folder, { recursive: true })
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
    await this.#engine[Symbol.asyncDispose]()
    rmSync(this.#folder, { recursive: true })
  }
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
