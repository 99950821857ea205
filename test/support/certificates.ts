import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate and its key, as paths of PEM files. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** An authority for tests, with its files in a folder. Needs openssl. */
export class Authority {
  readonly #folder: string
  readonly #name: string

  /** @param name of the authority, and of its files */
  constructor(folder: string, name: string) {
    this.#folder = folder
    this.#name = name
    const subject = ['-subj', `/CN=${name}`, '-days', '2']
    openssl('req', '-x509', ...newKey, ...subject, '-keyout', this.#path('key'), '-out', this.#path('cert'))
  }

  /** Its own certificate. */
  get cert(): string {
    return this.#path('cert')
  }

  /** @param days for how long it is valid; one in the past where negative */
  issue(name: string, extensions: string, days = 2): Certificate {
    const [cert, key, request, options] = ['cert', 'key', 'csr', 'ext'].map((end) => this.#path(`${name}.${end}`)) as [
      string,
      string,
      string,
      string,
    ]
    openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', key, '-out', request)
    writeFileSync(options, extensions)
    const signer = ['-CA', this.cert, '-CAkey', this.#path('key'), '-CAcreateserial', '-days', `${days}`]
    openssl('x509', '-req', '-in', request, ...signer, '-extfile', options, '-out', cert)
    return { cert, key }
  }

  #path(end: string): string {
    return join(this.#folder, `${this.#name}.${end}`)
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

function openssl(...argv: readonly string[]): void {
  execFileSync('openssl', argv, { stdio: ['ignore', 'ignore', 'pipe'] })
}
