import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { parseRouterUrl } from '../../../src/protocol/router-url.ts'
import { UsageError } from '../../../src/shared/errors.ts'
import type { RouterLinkOptions } from '../../../src/worker/link/link-options.ts'
import { ConnectProxy } from '../../support/connect-proxy.ts'
import { FakeRouter } from '../../support/fake-router.ts'
import { LinkOnTrial } from './link-on-trial.ts'

const folder = new URL('../../fixtures/tls/', import.meta.url)
const cert = readFileSync(new URL('router.pem', folder), 'utf8')
const tls = { cert, key: readFileSync(new URL('router-key.pem', folder), 'utf8') }

async function failureOf(url: string, overrides: Partial<RouterLinkOptions> = {}) {
  await using trial = new LinkOnTrial(url, overrides)
  trial.link.start()
  const { kind, reason, hint } = (await trial.next('down')).loss
  return { kind, reason, hint }
}

describe('TLS', () => {
  test('a certificate that nobody vouches for is refused, with the way out', async () => {
    await using router = await FakeRouter.open({ tls })
    expect(await failureOf(`https://localhost:${router.port}`)).toEqual({
      kind: 'unreachable',
      reason: `the certificate of localhost:${router.port} is signed by somebody this host does not trust (DEPTH_ZERO_SELF_SIGNED_CERT)`,
      hint: 'Name the file of the certificate authority in NODE_EXTRA_CA_CERTS.',
    })
    await router.idle()
  })

  test.each([
    ['text', cert],
    ['bytes', Buffer.from(cert)],
  ])('a certificate given as %s is trusted', async (_form, extraCa) => {
    await using router = await FakeRouter.open({ tls })
    await using trial = new LinkOnTrial(`https://localhost:${router.port}`, { extraCa })
    await trial.up()
    await trial.link.close()
    await router.idle()
  })

  test('a file without a certificate is refused at once', () => {
    expect(() => new LinkOnTrial('https://localhost', { extraCa: 'no certificate' })).toThrow(UsageError)
  })

  test('a port that speaks plain HTTP where TLS was assumed shows the spelling without', async () => {
    await using router = await FakeRouter.open()
    const address = { ...parseRouterUrl(`wss://localhost:${router.port}`), tlsAssumed: true }
    expect(await failureOf(router.url, { address })).toEqual({
      kind: 'unreachable',
      reason: `the port of localhost:${router.port} speaks no TLS, which was assumed because the address names no scheme`,
      hint: `If the router is really unencrypted, write ws://localhost:${router.port}; the worker key then crosses the network in clear text.`,
    })
    await router.idle()
  })

  test('a port that hangs up on TLS is told the same way', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    expect((await failureOf(`wss://localhost:${port}`)).reason).toBe(`the port of localhost:${port} speaks no TLS`)
    await new Promise((resolve) => server.close(resolve))
  })

  test('a port that speaks TLS where none was expected is told so', async () => {
    await using router = await FakeRouter.open({ tls })
    const { hint } = await failureOf(`ws://localhost:${router.port}`)
    expect(hint).toBe(`If that port speaks TLS, write https://localhost:${router.port}.`)
  })
})

describe('an unencrypted connection', () => {
  test('to another host is warned about once', async () => {
    await using router = await FakeRouter.open()
    await using proxy = await ConnectProxy.open({ port: router.port })
    await using trial = new LinkOnTrial('ws://router.test', { proxy: { http: proxy.url } })
    await trial.up()
    ;(await router.connected()).drop()
    await trial.next('down')
    trial.clock.advance(500)
    await trial.next('up')
    expect(trial.events.all.filter(({ type }) => type === 'warning')).toEqual([
      {
        type: 'warning',
        code: 'ROUTER_UNENCRYPTED',
        message: 'The connection to router.test is not encrypted: the worker key crosses the network in clear text',
      },
    ])
  })

  test('to this host is not', async () => {
    await using router = await FakeRouter.open()
    await using trial = new LinkOnTrial(router.url)
    await trial.up()
    expect(trial.types).toEqual(['connecting', 'up'])
  })
})

describe('a proxy', () => {
  test('carries a plain connection', async () => {
    await using router = await FakeRouter.open()
    await using proxy = await ConnectProxy.open({ port: router.port })
    await using trial = new LinkOnTrial('ws://router.test:8080', { proxy: { http: proxy.url } })
    await trial.up()
    const worker = await router.connected()
    await worker.ping()
    await trial.link.close()
    expect([proxy.targets, await worker.closed]).toEqual([['router.test:8080'], { code: 1000, reason: '' }])
    await Promise.all([router.idle(), proxy.idle()])
  })

  test('carries an encrypted connection, checked against the host behind it', async () => {
    await using router = await FakeRouter.open({ tls })
    await using proxy = await ConnectProxy.open({ port: router.port })
    const settings = { proxy: { https: proxy.url }, extraCa: cert }
    await using trial = new LinkOnTrial('router.test', settings)
    await trial.up()
    expect(proxy.targets).toEqual(['router.test:443'])
    expect((await failureOf('other.test', settings)).reason).toBe('the certificate of other.test is for another host')
    await trial.link.close()
    await Promise.all([router.idle(), proxy.idle()])
  })

  test('may itself be encrypted', async () => {
    await using router = await FakeRouter.open({ tls })
    await using proxy = await ConnectProxy.open({ port: router.port, tls })
    await using trial = new LinkOnTrial('router.test', { proxy: { https: proxy.url }, extraCa: cert })
    await trial.up()
    expect(proxy.targets).toEqual(['router.test:443'])
  })

  test('is given the user name and password of its address', async () => {
    await using router = await FakeRouter.open()
    await using proxy = await ConnectProxy.open({ port: router.port, user: 'me', password: 'secret' })
    await using trial = new LinkOnTrial('ws://router.test', { proxy: { http: proxy.url } })
    await trial.up()
    const { host } = new URL(proxy.url)
    expect(await failureOf('ws://router.test', { proxy: { http: `http://${host}` } })).toEqual({
      kind: 'unreachable',
      reason: `the proxy ${host} wants a user name and a password (407)`,
      hint: 'Write them into it: http://user:password@host:port.',
    })
    expect(JSON.stringify(trial.logged)).not.toContain('secret')
  })

  test.each([403, 502])('that answers %i is no refusal of the key', async (status) => {
    await using proxy = await ConnectProxy.open({ port: 1, status })
    const { host } = new URL(proxy.url)
    expect(await failureOf('https://router.test', { proxy: { https: proxy.url } })).toEqual({
      kind: 'unreachable',
      reason: `the proxy ${host} does not connect to router.test (${status})`,
      hint: 'Check HTTPS_PROXY and HTTP_PROXY, or except the router through NO_PROXY.',
    })
    await proxy.idle()
  })

  test('that is not there is told as the proxy, not as the router', async () => {
    const gone = await ConnectProxy.open({ port: 1 })
    const { url } = gone
    const { host } = new URL(url)
    await gone[Symbol.asyncDispose]()
    expect((await failureOf('https://router.test', { proxy: { https: url } })).reason).toBe(
      `the proxy ${host}: nothing listens at ${host} (connection refused)`,
    )
  })

  test('that never answers is given up after 30 s and leaves no socket', async () => {
    await using proxy = await ConnectProxy.open({ port: 1, mute: true })
    await using trial = new LinkOnTrial('https://router.test', { proxy: { https: proxy.url } })
    trial.link.start()
    await proxy.touched()
    trial.clock.advance(30_000)
    expect((await trial.next('down')).loss).toMatchObject({
      kind: 'no-answer',
      reason: 'no connection was made within 30.0s',
    })
    await proxy.idle()
  })

  test('and a key that the router refuses behind it is refused', async () => {
    await using router = await FakeRouter.open({ upgrade: { status: 401 } })
    await using proxy = await ConnectProxy.open({ port: router.port })
    await using trial = new LinkOnTrial('ws://router.test', { proxy: { http: proxy.url } })
    trial.link.start()
    expect((await trial.next('refused')).error.exitCode).toBe(4)
  })

  test('is not used for an exempt host or for loopback', async () => {
    await using router = await FakeRouter.open()
    await using proxy = await ConnectProxy.open({ port: 1 })
    const settings = { http: proxy.url, https: proxy.url }
    await using trial = new LinkOnTrial(router.url, { proxy: settings })
    await trial.up()
    await failureOf('ws://router.invalid', { proxy: { ...settings, no: '.invalid' } })
    expect(proxy.targets).toEqual([])
  })
})
