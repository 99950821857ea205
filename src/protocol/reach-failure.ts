import type { RouterAddress } from './router-url.ts'

/** A try to reach the router that came to nothing. */
interface FailedTry {
  /** The first thing that went wrong. */
  readonly error?: NodeJS.ErrnoException | undefined
  /** What the proxy answered to CONNECT; absent where it did not answer, or there is none. */
  readonly proxyStatus?: number | undefined
}

/** The way that was taken. */
interface Way {
  readonly address: RouterAddress
  readonly proxy: URL | undefined
}

/** What happened, and the way out where one is known. */
interface Told {
  readonly reason: string
  readonly hint?: string | undefined
}

const checkAddress = 'Check AUXOT_ROUTER_URL.'
const trustHint = 'Name the file of the certificate authority in NODE_EXTRA_CA_CERTS.'

/** Why the router could not be reached, in words that lead out of it. */
export function reachFailure(end: FailedTry, { address, proxy }: Way): Told {
  if (proxy && end.proxyStatus !== 200) return proxyFailure(end, proxy, address.socket)
  const isTls = address.socket.protocol === 'wss:'
  return (isTls && tlsFailure(end, address)) || networkFailure(end, address.socket)
}

function proxyFailure(end: FailedTry, proxy: URL, target: URL): Told {
  const name = `the proxy ${proxy.host}`
  const hint = 'Check HTTPS_PROXY and HTTP_PROXY, or except the router through NO_PROXY.'
  if (end.proxyStatus === 407) {
    return {
      reason: `${name} wants a user name and a password (407)`,
      hint: 'Write them into it: http://user:password@host:port.',
    }
  }
  if (end.proxyStatus !== undefined)
    return { reason: `${name} does not connect to ${target.host} (${end.proxyStatus})`, hint }
  return { reason: `${name}: ${networkFailure(end, proxy).reason}`, hint }
}

const noTlsHere = /wrong.version.number|packet.length.too.long|unknown.protocol|http.request/i
const unknownIssuer = /SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)/
const otherCertificate: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another host',
  CERT_REVOKED: 'was revoked',
}

function tlsFailure({ error }: FailedTry, { socket, tlsAssumed }: RouterAddress): Told | undefined {
  const code = error?.code ?? ''
  if (unknownIssuer.test(code)) {
    return {
      reason: `the certificate of ${socket.host} is signed by somebody this host does not trust (${code})`,
      hint: trustHint,
    }
  }
  const fault = otherCertificate[code]
  if (fault)
    return { reason: `the certificate of ${socket.host} ${fault}`, hint: `${checkAddress} Check this host's clock.` }
  const message = error?.message ?? ''
  if (noTlsHere.test(`${code} ${message}`)) return noTls(socket, tlsAssumed)
  // The socket was cut before TLS stood: what a port does that knows nothing of TLS.
  if (code === 'ECONNRESET' && /secure TLS/.test(message)) return noTls(socket, tlsAssumed)
  return /SSL|TLS|EPROTO/.test(code) ? { reason: `the TLS handshake with ${socket.host} failed (${code})` } : undefined
}

function noTls(socket: URL, tlsAssumed: boolean): Told {
  const assumed = tlsAssumed ? ', which was assumed because the address names no scheme' : ''
  return {
    reason: `the port of ${socket.host} speaks no TLS${assumed}`,
    hint: `If the router is really unencrypted, write ws://${socket.host}; the worker key then crosses the network in clear text.`,
  }
}

const networkProblems: Readonly<Record<string, (target: URL) => Told>> = {
  ENOTFOUND: ({ hostname }) => ({ reason: `the host name ${hostname} is not known (DNS)`, hint: checkAddress }),
  EAI_AGAIN: ({ hostname }) => ({ reason: `the host name ${hostname} could not be looked up: DNS does not answer` }),
  ECONNREFUSED: ({ host }) => ({
    reason: `nothing listens at ${host} (connection refused)`,
    hint: `Is the router running? ${checkAddress}`,
  }),
  ECONNRESET: (target) => ({
    reason: `${target.host} cut the connection while it was being opened`,
    hint: tlsHint(target),
  }),
  EHOSTUNREACH: ({ host }) => ({ reason: `there is no way through the network to ${host}` }),
  ENETUNREACH: ({ host }) => ({ reason: `there is no way through the network to ${host}` }),
  ETIMEDOUT: ({ host }) => ({ reason: `${host} does not answer` }),
}

function networkFailure({ error }: FailedTry, target: URL): Told {
  const known = networkProblems[error?.code ?? '']
  if (known) return known(target)
  if (error?.code?.startsWith('HPE_')) {
    return {
      reason: `what answers at ${target.host} speaks no HTTP`,
      hint: tlsHint(target),
    }
  }
  return { reason: error?.message || error?.code || `${target.host} closed the connection while it was being opened` }
}

/** A port that speaks TLS answers plain words in many ways, none of them clear. */
export function tlsHint({ protocol, host }: URL): string | undefined {
  return protocol === 'ws:' ? `If that port speaks TLS, write https://${host}.` : undefined
}
