import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startDevRouter } from '../../src/dev/dev-router.ts'
import { parseRouterUrl } from '../../src/protocol/router-url.ts'
import { type AskRouterOptions, askHealth } from '../../src/router/router-client.ts'
import { ConnectProxy } from '../support/connect-proxy.ts'
import { joinRouter } from '../support/fake-worker.ts'
import { HttpPage } from '../support/http-page.ts'

const folder = new URL('../fixtures/tls/', import.meta.url)
const cert = readFileSync(new URL('router.pem', folder), 'utf8')
const key = readFileSync(new URL('router-key.pem', folder), 'utf8')

const healthy = '{"status":"ok","workers":3,"total_slots":5,"active_jobs":1,"available":4}'

function ask(url: string, options: Partial<AskRouterOptions> = {}) {
  return askHealth(parseRouterUrl(url), { proxy: {}, ...options })
}

describe('a router', () => {
  it('tells its totals', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using _worker = await joinRouter(router, { total_slots: 3 })
    expect(await ask(router.httpUrl)).toEqual({
      kind: 'healthy',
      health: { workers: 1, slots: 3, busy: 0, available: 3 },
      routerTimeMs: expect.any(Number),
    })
  })

  it('may tell more than is known here, name its workers one by one, and leave things out', async () => {
    await using page = await HttpPage.saying(
      '{"status":"ok","workers":[{"id":"a"},{"id":"b"}],"total_slots":"?","new":1}',
    )
    expect(await ask(page.url)).toMatchObject({
      kind: 'healthy',
      health: { workers: 2, slots: undefined, busy: undefined, available: undefined },
    })
    expect(page.asked).toEqual(['/health'])
  })

  it('tells the time, where it does', async () => {
    await using page = await HttpPage.open((_, response) => {
      response.setHeader('date', 'Wed, 01 Jul 2026 12:00:00 GMT')
      response.end(healthy)
    })
    expect(await ask(page.url)).toMatchObject({ routerTimeMs: Date.UTC(2026, 6, 1, 12) })
    await using timeless = await HttpPage.open((_, response) => {
      response.sendDate = false
      response.end(healthy)
    })
    expect(await ask(timeless.url)).toMatchObject({ kind: 'healthy', routerTimeMs: undefined })
  })
})

describe('what is no router', () => {
  it.each([
    ['a website', '<html>', 200],
    ['something that is not well', '{"status":"starting"}', 200],
    ['a page that is not there', healthy, 404],
    ['a redirect', '', 301],
    ['a list', '[]', 200],
    ['something endless', `"${'x'.repeat(3 * 1_024 * 1_024)}"`, 200],
  ])('is told from one: %s', async (_what, body, status) => {
    await using page = await HttpPage.saying(body, status)
    expect(await ask(page.url)).toEqual({
      kind: 'no-router',
      reason: `${page.url}/health answered ${status}, which is not how a router answers`,
      hint: 'Check the address: something else answers there.',
    })
  })
})

describe('a router that cannot be reached', () => {
  it('is said to be where nothing listens', async () => {
    const { url } = await withoutListener()
    expect(await ask(url)).toEqual({
      kind: 'unreachable',
      reason: `nothing listens at ${new URL(url).host} (connection refused)`,
      hint: 'Is the router running? Check AUXOT_ROUTER_URL.',
    })
  })

  it('is said to have a name that nobody knows', async () => {
    expect(await ask('http://router.invalid')).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringMatching(/^the host name router\.invalid (is not known|could not be looked up)/),
    })
  })

  it('is said to speak no TLS', async () => {
    await using page = await HttpPage.saying(healthy)
    expect(await ask(`https://127.0.0.1:${page.port}`)).toMatchObject({
      kind: 'unreachable',
      reason: `the port of 127.0.0.1:${page.port} speaks no TLS`,
    })
  })

  it('is said to have a certificate that nobody vouches for', async () => {
    await using page = await HttpPage.open((_, response) => response.end(healthy), { key, cert })
    expect(await ask(`https://localhost:${page.port}`)).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringContaining('is signed by somebody this host does not trust (DEPTH_ZERO_SELF_SIGNED_CERT)'),
    })
  })

  it.each([
    ['says nothing', () => {}],
    [
      'stops in the middle of its answer',
      (_: unknown, response: { write(text: string): void }) => response.write('{"st'),
    ],
  ])('is waited for only so long when it %s', async (_what, answer) => {
    await using page = await HttpPage.open(answer)
    expect(await ask(page.url, { limitMs: 50 })).toEqual({
      kind: 'unreachable',
      reason: `127.0.0.1:${page.port} gave no answer within 50ms`,
      hint: undefined,
    })
  })

  it('is said to have hung up', async () => {
    await using page = await HttpPage.open((request) => request.socket.destroy())
    expect(await ask(page.url)).toMatchObject({
      kind: 'unreachable',
      reason: `127.0.0.1:${page.port} cut the connection while it was being opened`,
    })
  })
})

describe('a proxy', () => {
  it('is gone through, as workers go', async () => {
    await using page = await HttpPage.saying(healthy)
    await using proxy = await ConnectProxy.open({ port: page.port })
    const answer = await ask('http://router.example.com:8080', { proxy: { http: proxy.url } })
    expect([answer.kind, proxy.targets]).toEqual(['healthy', ['router.example.com:8080']])
    await proxy.idle()
  })

  it('is gone through with TLS to the router inside', async () => {
    await using page = await HttpPage.open((_, response) => response.end(healthy), { key, cert })
    await using proxy = await ConnectProxy.open({ port: page.port })
    const answer = await ask('https://router.example.com', { proxy: { https: proxy.url } })
    expect(answer).toMatchObject({ reason: expect.stringContaining('the certificate of router.example.com') })
    expect(proxy.targets).toEqual(['router.example.com:443'])
    await proxy.idle()
  })

  it('is left out for those whom NO_PROXY names, and for this machine', async () => {
    await using page = await HttpPage.saying(healthy)
    await using proxy = await ConnectProxy.open({ port: page.port, status: 403 })
    expect(await ask(page.url, { proxy: { http: proxy.url } })).toMatchObject({ kind: 'healthy' })
    const settings = { http: proxy.url, no: 'router.invalid' }
    expect(await ask('http://router.invalid', { proxy: settings })).toMatchObject({ kind: 'unreachable' })
    expect(proxy.targets).toEqual([])
  })

  it.each([
    [407, 'wants a user name and a password (407)'],
    [403, 'does not connect to router.example.com (403)'],
  ])('that refuses with %d is named', async (status, words) => {
    await using proxy = await ConnectProxy.open({ port: 1, status })
    const answer = await ask('http://router.example.com', { proxy: { http: proxy.url } })
    expect(answer).toMatchObject({ kind: 'unreachable', reason: `the proxy ${new URL(proxy.url).host} ${words}` })
  })

  it('that says nothing is named too', async () => {
    await using proxy = await ConnectProxy.open({ port: 1, mute: true })
    const answer = await ask('http://router.example.com', { proxy: { http: proxy.url }, limitMs: 50 })
    const { host } = new URL(proxy.url)
    expect(answer).toMatchObject({
      reason: `router.example.com gave no answer through the proxy ${host} within 50ms`,
    })
  })

  it('that cannot be one is told', async () => {
    expect(await ask('https://router.example.com', { proxy: { https: 'socks5://proxy:1080' } })).toMatchObject({
      kind: 'unreachable',
      reason: 'The proxy named by HTTPS_PROXY cannot be used for the router',
      hint: expect.stringContaining('NO_PROXY'),
    })
  })
})

/** An address at which something listened a moment ago. */
async function withoutListener(): Promise<{ url: string }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return { url: `http://127.0.0.1:${port}` }
}
