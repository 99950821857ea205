import { execa } from 'execa'
import type { Clock } from '../../shared/clock.ts'
import type { ClaudeConfig } from '../worker-config.ts'
import { decodeFrame, encodeFrames, type IncomingFrame, type OutgoingFrame } from './frames.ts'
import { type LaunchSpec, launchArguments, launchEnvironment } from './launch.ts'
import { LineSplitter } from './line-splitter.ts'
import type { SessionDirectory } from './session-directory.ts'

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | undefined
  readonly signal: string | undefined
  /** The end of what it wrote to stderr, or why it could not be started. */
  readonly words: string
}

const keptStderrBytes = 4_000
/** After the end of the process, without another word on its pipes. */
const quietMs = 500

export interface ClaudeProcessOptions {
  readonly config: Pick<ClaudeConfig, 'path' | 'env'>
  readonly spec: LaunchSpec
  readonly directory: SessionDirectory
  readonly clock: Clock
  /** Called for each frame, in order. */
  readonly onFrame: (frame: IncomingFrame) => void
  /** A line on stdout that is no JSON: the protocol is broken. */
  readonly onBrokenLine: (line: string) => void
}

/** One running Claude Code and its two pipes. Knows frames, but nothing of turns. */
export class ClaudeProcess {
  readonly #child: ReturnType<typeof spawn>
  readonly #lines = new LineSplitter()
  #stderr = ''
  #hasExited = false
  #isQuiet = true
  /** Resolves once the process is gone and everything it wrote has been handed on. Never rejects. */
  readonly exited: Promise<ProcessExit>

  constructor(options: ClaudeProcessOptions) {
    this.#child = spawn(options)
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#isQuiet = false
      for (const line of this.#lines.push(chunk)) this.#deliver(line, options)
    })
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-keptStderrBytes)
    })
    // Writing to a process that has just died is reported by its exit, not by the pipe.
    this.#child.stdin.on('error', () => {})
    this.#child.nodeChildProcess.once('exit', () => {
      this.signal('SIGKILL')
      this.#letGoOfPipes(options.clock)
    })
    this.exited = this.#untilExit()
  }

  /** Undefined when the program could not be started at all. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  get hasExited(): boolean {
    return this.#hasExited
  }

  /** Writes frames in one go. After the end of the process this does nothing. */
  write(...frames: readonly OutgoingFrame[]): void {
    if (!this.#child.stdin.writable) return
    this.#child.stdin.write(encodeFrames(frames))
  }

  /** Reads no more until `resume`; Claude Code then waits on its full pipe. */
  pause(): void {
    this.#child.stdout.pause()
  }

  resume(): void {
    this.#child.stdout.resume()
  }

  /** Sends a signal to the process and its group. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this
    if (pid === undefined || this.#hasExited) return
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal)
    } catch {
      // It is gone already, which is what was wanted.
    }
  }

  /** A program that it started may hold its pipes open for ever: what is in them is read, and then they are closed. */
  #letGoOfPipes(clock: Clock): void {
    this.#isQuiet = true
    const { stdout, stderr } = this.#child
    const timer = clock.timer(quietMs, () => {
      if (!this.#isQuiet || stdout.isPaused()) return this.#letGoOfPipes(clock)
      stdout.destroy()
      stderr.destroy()
    })
    // They may have been closed before the exit was heard of.
    void this.exited.then(() => timer[Symbol.dispose]())
  }

  #deliver(line: string, { onFrame, onBrokenLine }: ClaudeProcessOptions): void {
    let frame: IncomingFrame | undefined
    try {
      frame = decodeFrame(line)
    } catch {
      onBrokenLine(line)
      return
    }
    if (frame) onFrame(frame)
  }

  async #untilExit(): Promise<ProcessExit> {
    const result = await this.#child
    this.#hasExited = true
    const words =
      this.#stderr.trim() || (result.exitCode === undefined && !result.signal ? (result.originalMessage ?? '') : '')
    return { code: result.exitCode, signal: result.signal, words }
  }
}

function spawn({ config, spec, directory }: ClaudeProcessOptions) {
  return execa(config.path, launchArguments(spec, directory), {
    cwd: directory.work,
    env: launchEnvironment(config, directory),
    extendEnv: false,
    buffer: false,
    reject: false,
    encoding: 'buffer',
    // A process group of its own: a terminal's Ctrl-C is for the worker, which then decides.
    detached: true,
    cleanup: false,
  })
}
