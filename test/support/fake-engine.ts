import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a path is answered with: a document, or whatever a function does with the response. */
type FakeAnswer = object | ((response: ServerResponse, url: URL) => void)

/** A server that answers as a container engine would, on a unix socket of its own. */
export interface FakeEngine extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string
  readonly socketPath: string
  /** What was asked: `GET /containers/json?all=true`. */
  readonly requests: readonly string[]
  /** Paths and their answers; more can come. A path that has none is answered with 404. */
  readonly answers: Record<string, FakeAnswer>
}

/** A version as Docker 20.10 says it. */
export const version = { ApiVersion: '1.41', Version: '20.10.24' }

/** Starts an engine that knows its version and these answers. */
export async function startFakeEngine(answers: Record<string, FakeAnswer> = {}): Promise<FakeEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'auxot-engine-'))
  const socketPath = join(folder, 'docker.sock')
  const requests: string[] = []
  const all: Record<string, FakeAnswer> = { '/version': version, ...answers }
  const server = createServer(answerFrom(all, requests)).listen(socketPath)
  await once(server, 'listening')
  return {
    host: `unix://${socketPath}`,
    socketPath,
    requests,
    answers: all,
    [Symbol.asyncDispose]: async () => {
      await closed(server)
      rmSync(folder, { recursive: true })
    },
  }
}

/** What a fake engine does with a request, for servers that listen elsewhere. */
export function answerFrom(answers: Readonly<Record<string, FakeAnswer>>, requests: string[] = []) {
  return ({ method, url: target = '' }: IncomingMessage, response: ServerResponse) => {
    requests.push(`${method} ${target}`)
    const url = new URL(target, 'http://engine')
    const answer = answers[url.pathname]
    if (typeof answer === 'function') answer(response, url)
    else response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? { message: 'page not found' }))
  }
}

/** Ends a server with all of its connections. */
export async function closed(server: Server & { closeAllConnections(): void }): Promise<void> {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
}

/** A piece of a container's log as an engine sends it: the time in front of it, and before that which stream and how long. */
export function logFrame(stream: 'stdout' | 'stderr', moment: string, text: string | Buffer): Buffer {
  const piece = Buffer.concat([Buffer.from(`${moment} `), Buffer.from(text)])
  const header = Buffer.alloc(8)
  header[0] = stream === 'stdout' ? 1 : 2
  header.writeUInt32BE(piece.length, 4)
  return Buffer.concat([header, piece])
}

/** A container of a fleet as an engine lists it. */
export function listedWorker(fleet: string, slot: number, id: string) {
  const marks = { 'com.auxot.managed': 'true', 'com.auxot.fleet': fleet, 'com.auxot.slot': `${slot}` }
  return { Id: id, Names: [`/auxot-${fleet}-${slot}`], Labels: marks }
}
