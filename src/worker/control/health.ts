import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { messageOf, UsageError } from '../../shared/errors.ts'
import { formatListenAddress, type ListenAddress } from '../../shared/listen-address.ts'
import type { Log } from '../../shared/log.ts'
import type { StatusReport } from './status-report.ts'

/** What is served. */
export interface HealthSources {
  readonly report: () => StatusReport
  readonly metrics: { readonly contentType: string; text(): Promise<string> }
  /** A heartbeat answer that is older than this is no sign of life. */
  readonly heartbeatAckLimitMs: number
  readonly log: Pick<Log, 'warn'>
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string
}

type Route = () => Reply | Promise<Reply>

/** A worker's health over HTTP, for orchestrators and Prometheus. Only ever read; holds no secret, no prompt and no answer. */
export class HealthServer implements AsyncDisposable {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** @throws UsageError when the address cannot be listened on. */
  static async open(address: ListenAddress, sources: HealthSources): Promise<HealthServer> {
    const routes = routesFor(sources)
    const warn = (error: unknown) => sources.log.warn({ error: messageOf(error) }, 'a question about health failed')
    // An import would load Node's own WebSocket too, 12 MB for as long as the worker lives.
    const { createServer } = process.getBuiltinModule('node:http')
    const server = createServer((request, response) => {
      serve(request, response, routes).catch((error: unknown) => {
        warn(error)
        response.destroy()
      })
    })
    try {
      server.listen(address)
      await once(server, 'listening')
    } catch (error) {
      throw cannotListen(address, error as NodeJS.ErrnoException)
    }
    // A connection that could not be taken is the other side's trouble, not the worker's.
    server.on('error', warn)
    return new HealthServer(server)
  }

  /** `http://127.0.0.1:9464` */
  get url(): string {
    const { address: host, port } = this.#server.address() as AddressInfo
    return `http://${formatListenAddress({ host, port })}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

function routesFor({ report, metrics, heartbeatAckLimitMs }: HealthSources): ReadonlyMap<string, Route> {
  return new Map<string, Route>([
    ['/livez', () => liveness(report(), heartbeatAckLimitMs)],
    ['/readyz', () => readiness(report())],
    ['/status.json', () => ({ status: 200, type: 'application/json', body: `${JSON.stringify(report())}\n` })],
    ['/metrics', async () => ({ status: 200, type: metrics.contentType, body: await metrics.text() })],
  ])
}

/** A worker without a connection is alive: it tries again, or stays away for a reason of its own. */
function liveness({ heartbeatAckAgeMs: ageMs = 0 }: StatusReport, limitMs: number): Reply {
  if (ageMs <= limitMs) return text(200, 'alive')
  return text(503, `the router has not answered a heartbeat for ${Math.round(ageMs / 1_000)}s`)
}

/** Jobs may be sent to a worker that waits for one, or that has one and counts its slots with the router. */
function readiness({ state, until }: StatusReport): Reply {
  const isReady = state === 'idle' || state === 'busy'
  return text(isReady ? 200 : 503, until === undefined ? state : `${state} until ${until}`)
}

function text(status: number, sentence: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n` }
}

async function serve(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  routes: ReadonlyMap<string, Route>,
): Promise<void> {
  const { status, type, body } = await replyTo(method, routes.get(url.split('?')[0] ?? ''))
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  })
  // Without a body where HEAD was asked; Node leaves it out itself.
  response.end(body)
}

async function replyTo(method: string | undefined, route: Route | undefined): Promise<Reply> {
  if (!route) return text(404, 'there are /livez, /readyz, /status.json and /metrics')
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET and HEAD')
  return await route()
}

const causes: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken',
  EADDRNOTAVAIL: 'it is no address of this machine',
  EACCES: 'this user may not use the port',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name cannot be looked up',
}

function cannotListen(address: ListenAddress, cause: NodeJS.ErrnoException): UsageError {
  const why = causes[cause.code ?? ''] ?? cause.message
  return new UsageError(`Health cannot be served on ${formatListenAddress(address)}: ${why}`, {
    hint: 'Give another address with --health-addr or AUXOT_HEALTH_ADDR; port 0 takes a free one.',
    cause,
  })
}
