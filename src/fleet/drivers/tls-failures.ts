import { cleanWords } from './clean-words.ts'

/** What Node says of a TLS connection that failed. */
export interface TlsFailure {
  readonly code?: string
  readonly message?: string
  /** OpenSSL's words, without its numbers and its own files. */
  readonly reason?: string
}

/** Whether a connection failed for want of TLS, or of trust. */
export function isOfTls(code: string): boolean {
  return (
    /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|UNABLE_TO_)/.test(code) ||
    ['EPROTO', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'HOSTNAME_MISMATCH'].includes(code)
  )
}

/** A sentence about it, and the way out. @param at ` at` an engine's place, or nothing */
export function tlsFinding(at: string, failure: TlsFailure): { readonly message: string; readonly hint: string } {
  const { code = '', message = '', reason } = failure
  if (/wrong version number|packet length too long/i.test(`${reason} ${message}`)) {
    return { message: `The Docker engine${at} does not speak TLS`, hint }
  }
  const refused = refusedCertificate.exec(`${reason} ${message}`)
  if (refused) return { message: `The Docker engine${at} does not let us in: ${refused[1]}`, hint: ownHint }
  // After a semicolon Node gives advice about itself.
  const words = cleanWords(reason ?? message.replace(/;.*/s, '')) || code
  return { message: `No TLS connection to the Docker engine${at}: ${words}`, hint }
}

/** Its alert about what we showed it, or did not show. */
const refusedCertificate =
  /\balert ((?:bad|unsupported|unknown) certificate|certificate [a-z]+|unknown ca|access denied)/i

const hint =
  'Look at DOCKER_TLS_VERIFY and at ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH, or at those of the context.'
const ownHint =
  'It wants a valid certificate from an authority that it knows: cert.pem and key.pem in DOCKER_CERT_PATH, or those of the context.'
