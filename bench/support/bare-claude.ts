import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { WaitingQueue } from '../../src/dev/waiting-queue.ts'
import { sessionFile } from '../../src/worker/claude/conversation.ts'
import { launchArguments, launchEnvironment } from '../../src/worker/claude/launch.ts'
import { openSessionDirectory, type SessionDirectory } from '../../src/worker/claude/session-directory.ts'
import type { HistoryMessage } from '../../src/worker/claude/turn.ts'
import { answerHost, type HostRequest } from './answer-host.ts'
import type { Bench } from './bench.ts'
import { adopt, endChild } from './children.ts'
import { inventedToken } from './invented-token.ts'

/** A line of Claude Code's output and when it had been read. */
export interface BareFrame {
  readonly type: string
  readonly atMs: number
  readonly [field: string]: unknown
}

/** Where a process has its history from; by default it has none, or is told. */
export interface BareOptions {
  readonly history?: readonly HistoryMessage[] | undefined
  readonly resumes?: boolean
}

const limitMs = 60_000

/** Claude Code with the worker's own flags and environment, driven over its pipes with as little as will do. */
export class BareClaude implements AsyncDisposable {
  readonly #directory: SessionDirectory
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #frames = new WaitingQueue<BareFrame>()

  private constructor(child: BareClaude['pipes'], directory: SessionDirectory) {
    this.#child = child
    this.#directory = directory
    createInterface({ input: child.stdout }).on('line', (line) => this.#lineOnRead(line))
    child.stdin.on('error', () => {})
    child.once('close', () => this.#frames.close(new Error('a bare claude ended early')))
  }

  /** Starts a process. One that `resumes` reads `history` from a file, or waits for what `writeHistory` brings. */
  static async start(bench: Bench, modelUrl: string, options: BareOptions = {}): Promise<BareClaude> {
    const { history, resumes = history !== undefined } = options
    const directory = await openSessionDirectory(bench.newPath('bare'))
    if (history) await writeFile(directory.historyFile, sessionFile(history, Date.now()))
    const config = { env: { PATH: process.env.PATH ?? '', ANTHROPIC_BASE_URL: modelUrl } }
    const child = spawn(bench.claude.path, launchArguments({ builtin: [], resumes }, directory), {
      cwd: directory.work,
      env: launchEnvironment(config, directory),
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    return new BareClaude(adopt(child), directory)
  }

  get pipes(): ChildProcessByStdio<Writable, Readable, null> {
    return this.#child
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The history for a process that was started to read one. */
  async writeHistory(history: readonly HistoryMessage[]): Promise<void> {
    await writeFile(this.#directory.historyFile, sessionFile(history, Date.now()))
  }

  /** Writes lines in one go. */
  send(...lines: readonly object[]): void {
    this.#child.stdin.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }

  /** A request on the control channel, as a line. */
  request(request: object): object {
    return { type: 'control_request', request_id: randomUUID(), request }
  }

  /** Claude's credential, as a line. */
  get credential(): object {
    return { type: 'update_environment_variables', variables: { CLAUDE_CODE_OAUTH_TOKEN: inventedToken } }
  }

  /** The next frame that fits and was not taken; those before it are dropped. */
  async next(fits: (frame: BareFrame) => boolean, what: string): Promise<BareFrame> {
    for (;;) {
      const frame = await this.#frames.next(() => true, limitMs, `${what} of a bare claude`)
      if (fits(frame)) return frame
    }
  }

  /** The end of a turn. @throws when it failed. */
  async result(): Promise<BareFrame> {
    const frame = await this.next(({ type }) => type === 'result', 'a result')
    if (frame.is_error) throw new Error(`a bare claude failed: ${JSON.stringify(frame.result ?? frame.errors)}`)
    return frame
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endChild(this.#child, 'SIGKILL')
    if (!this.#child.stdout.closed) await once(this.#child.stdout, 'close')
    await this.#directory.remove()
  }

  #lineOnRead(line: string): void {
    const frame = { ...JSON.parse(line), atMs: performance.now() } as BareFrame
    if (frame.type === 'control_request') this.send(answerHost(frame as unknown as HostRequest))
    else this.#frames.push(frame)
  }
}
