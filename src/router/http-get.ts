import { once } from 'node:events'
import type { Agent, IncomingMessage, RequestOptions } from 'node:http'

/** How a page is asked for. */
export interface GetOptions {
  /** The proxy on the way, if there is one. */
  readonly proxy: URL | undefined
  /** Hears what the proxy answers to CONNECT. */
  readonly onProxyAnswer: (status: number) => void
  readonly signal: AbortSignal
}

/** What was answered. */
export interface Page {
  readonly status: number
  /** The beginning of it, where it is very long. */
  readonly body: string
  /** The other side's time. */
  readonly date: string | undefined
}

/** Nothing that a router says is longer. */
const longestBodyBytes = 1_024 * 1_024

/** Asks for a page over a connection of its own. Rejects with the network's own error, or the signal's reason. */
export async function httpGet(url: URL, options: GetOptions): Promise<Page> {
  // An import would go through all that node:http exports, WebSocket too, which takes ten times as long to load as the rest.
  const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
  const agent = options.proxy ? await agentThrough(options.proxy, options) : false
  const sent = request(url, { agent, signal: options.signal } satisfies RequestOptions)
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  // From here on an end before the end is told by the response.
  sent.on('error', () => {})
  const body = await beginningOf(response)
  sent.destroy()
  return { status: response.statusCode ?? 0, body, date: response.headers.date }
}

/** A tunnel for every scheme: it is what workers go through too. */
async function agentThrough(proxy: URL, { signal, onProxyAnswer }: GetOptions): Promise<Agent> {
  const { HttpsProxyAgent } = await import('https-proxy-agent')
  const agent = new HttpsProxyAgent(proxy, { signal })
  agent.on('proxyConnect', ({ statusCode }: { statusCode: number }) => onProxyAnswer(statusCode))
  return agent
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > longestBodyBytes) break
  }
  return Buffer.concat(chunks).toString()
}
