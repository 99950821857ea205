import { describe, expect, test } from 'vitest'
import { parseRouterUrl } from '../../../src/protocol/router-url.ts'
import { dialFailure } from '../../../src/worker/link/dial-failure.ts'
import type { SocketEnd } from '../../../src/worker/link/router-socket.ts'

function failureOf(address: string, end: Partial<SocketEnd>, proxy?: string) {
  const route = { address: parseRouterUrl(address), proxy: proxy ? new URL(proxy) : undefined, ca: undefined }
  return dialFailure({ wasOpen: false, code: 1006, reason: '', ...end }, route)
}

function errorOf(code: string, message = code): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code })
}

describe('what the network says', () => {
  test.each([
    ['ENOTFOUND', 'the host name router.example.com is not known (DNS)'],
    ['EAI_AGAIN', 'the host name router.example.com could not be looked up: DNS does not answer'],
    ['ECONNREFUSED', 'nothing listens at router.example.com:8080 (connection refused)'],
    ['ECONNRESET', 'router.example.com:8080 cut the connection while it was being opened'],
    ['EHOSTUNREACH', 'there is no way through the network to router.example.com:8080'],
    ['ENETUNREACH', 'there is no way through the network to router.example.com:8080'],
    ['ETIMEDOUT', 'router.example.com:8080 does not answer'],
    ['HPE_INVALID_CONSTANT', 'what answers at router.example.com:8080 speaks no HTTP'],
    ['EMFILE', 'too many open files'],
  ])('%s', (code, reason) => {
    const message = code === 'EMFILE' ? 'too many open files' : code
    expect(failureOf('ws://router.example.com:8080', { error: errorOf(code, message) })).toMatchObject({
      kind: 'unreachable',
      reason,
    })
  })

  test('both addresses of a host refused', () => {
    const error = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })
    expect(failureOf('localhost:8080', { error }).reason).toBe('nothing listens at localhost:8080 (connection refused)')
  })

  test('an error that says nothing at all', () => {
    expect(failureOf('ws://router:1', { error: new Error('') }).reason).toBe(
      'router:1 closed the connection while it was being opened',
    )
  })
})

describe('what TLS says', () => {
  const noScheme = {
    kind: 'unreachable',
    reason: 'the port of router.example.com:8080 speaks no TLS, which was assumed because the address names no scheme',
    hint:
      'If the router is really unencrypted, write ws://router.example.com:8080;' +
      ' the worker key then crosses the network in clear text.',
  }
  test.each([
    ['a plain HTTP answer', errorOf('ERR_SSL_WRONG_VERSION_NUMBER')],
    [
      'a plain HTTP answer, as older versions of Node tell it',
      errorOf('EPROTO', 'ssl3_get_record:wrong version number'),
    ],
    ['a text that looks like a huge record', errorOf('ERR_SSL_PACKET_LENGTH_TOO_LONG')],
    ['a cut', errorOf('ECONNRESET', 'Client network socket disconnected before secure TLS connection was established')],
  ])('an assumed scheme meets %s', (_what, error) => {
    expect(failureOf('router.example.com:8080', { error })).toEqual(noScheme)
  })

  test('a given scheme is not said to be assumed', () => {
    const failure = failureOf('wss://router.example.com', { error: errorOf('ERR_SSL_WRONG_VERSION_NUMBER') })
    expect(failure.reason).toBe('the port of router.example.com speaks no TLS')
  })

  test.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ])('%s points to NODE_EXTRA_CA_CERTS', (code) => {
    expect(failureOf('https://router.example.com', { error: errorOf(code) })).toEqual({
      kind: 'unreachable',
      reason: `the certificate of router.example.com is signed by somebody this host does not trust (${code})`,
      hint: 'Name the file of the certificate authority in NODE_EXTRA_CA_CERTS.',
    })
  })

  test.each([
    ['CERT_HAS_EXPIRED', 'the certificate of router.example.com has expired'],
    ['CERT_NOT_YET_VALID', 'the certificate of router.example.com is not valid yet'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate of router.example.com is for another host'],
    [
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      'the TLS handshake with router.example.com failed (ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE)',
    ],
  ])('%s', (code, reason) => {
    expect(failureOf('https://router.example.com', { error: errorOf(code) }).reason).toBe(reason)
  })
})

describe('what an HTTP server says', () => {
  test.each([
    [
      404,
      'wss://router.example.com/ws answered 404: there is no worker socket',
      'Is this the router? Check AUXOT_ROUTER_URL.',
    ],
    [
      200,
      'wss://router.example.com/ws answered 200 instead of a WebSocket',
      'Is this the router? Check AUXOT_ROUTER_URL.',
    ],
    [
      426,
      'wss://router.example.com/ws answered 426 instead of a WebSocket',
      'Is this the router? Check AUXOT_ROUTER_URL.',
    ],
    [503, 'wss://router.example.com/ws answered 503', undefined],
  ])('%i', (status, reason, hint) => {
    expect(failureOf('https://router.example.com', { answer: { status } })).toEqual({ kind: 'rejected', reason, hint })
  })

  test('a redirect names the host it leads to and nothing more', () => {
    const answer = { status: 301, location: 'https://real.example.com/login?secret=1' }
    expect(failureOf('http://router.example.com', { answer })).toEqual({
      kind: 'rejected',
      reason: 'ws://router.example.com/ws answered 301: it redirects',
      hint: 'The router may be at https://real.example.com. Check AUXOT_ROUTER_URL.',
    })
  })

  test('400 on an unencrypted port may be one that speaks TLS', () => {
    expect(failureOf('ws://router:8443', { answer: { status: 400 } }).hint).toBe(
      'If that port speaks TLS, write https://router:8443.',
    )
  })
})

describe('what a proxy says', () => {
  const proxy = 'http://user:secret@proxy.corp:3128'

  test.each([
    [{ proxyStatus: 407 }, 'the proxy proxy.corp:3128 wants a user name and a password (407)'],
    [{ proxyStatus: 502 }, 'the proxy proxy.corp:3128 does not connect to router.example.com (502)'],
    [
      { proxyStatus: 403, answer: { status: 403 } },
      'the proxy proxy.corp:3128 does not connect to router.example.com (403)',
    ],
    [
      { error: errorOf('ECONNREFUSED') },
      'the proxy proxy.corp:3128: nothing listens at proxy.corp:3128 (connection refused)',
    ],
    [{ error: errorOf('ENOTFOUND') }, 'the proxy proxy.corp:3128: the host name proxy.corp is not known (DNS)'],
  ])('%o', (end, reason) => {
    const failure = failureOf('https://router.example.com', end, proxy)
    expect([failure.kind, failure.reason]).toEqual(['unreachable', reason])
    expect(JSON.stringify(failure)).not.toContain('secret')
  })

  test('once it has connected, the router speaks', () => {
    expect(failureOf('https://router.example.com', { proxyStatus: 200, answer: { status: 404 } }, proxy).reason).toBe(
      'wss://router.example.com/ws answered 404: there is no worker socket',
    )
  })
})
