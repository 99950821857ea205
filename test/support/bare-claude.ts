import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { WaitingQueue } from '../../src/dev/waiting-queue.ts'
import { cleanClaudeEnv } from './claude-program.ts'

/** A line of Claude Code's output. */
export type Frame = { readonly type: string; readonly [key: string]: unknown }

const flags = [
  ...['--print', '--verbose', '--include-partial-messages', '--strict-mcp-config', '--disable-slash-commands'],
  ...['--input-format', 'stream-json', '--output-format', 'stream-json', '--no-session-persistence'],
  ...['--tools', '', '--setting-sources', '', '--allowedTools', 'mcp__auxot'],
]

/** What a process is started with beyond the flags and environment that every one gets. */
export interface BareClaudeOptions {
  readonly program: string
  readonly baseUrl: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** The real Claude Code over its pipes, with none of our code around it. Its folders go when it is disposed. */
export class BareClaude implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'auxot-bare-claude-'))
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #frames = new WaitingQueue<Frame>()
  readonly #exited: Promise<unknown>
  #stderr = ''

  constructor({ program, baseUrl, args = [], env = {} }: BareClaudeOptions) {
    const cwd = mkdtempSync(join(this.#folder, 'work-'))
    const whole = { ...cleanClaudeEnv(this.#folder, baseUrl), ...quietEnv, ...env }
    this.#child = spawn(program, [...flags, ...args], { cwd, env: whole, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#exited = once(this.#child, 'exit')
    this.#child.stderr.on('data', (text: Buffer) => {
      this.#stderr += text.toString()
    })
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#frames.push(JSON.parse(line)))
    this.#child.once('close', () => this.#frames.close(new Error(`claude ended: ${this.#stderr || 'it said nothing'}`)))
  }

  /** Writes lines in one go. */
  send(...lines: readonly object[]): void {
    this.#child.stdin.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }

  /** Asks as a caller's text is asked. */
  ask(content: unknown): void {
    this.send({ type: 'user', message: { role: 'user', content }, parent_tool_use_id: null, client_composed: true })
  }

  /** Every frame up to and with the next one of this type. */
  async until(type: string, limitMs = 60_000): Promise<Frame[]> {
    const frames: Frame[] = []
    while (frames.at(-1)?.type !== type) {
      frames.push(await this.#frames.next(() => true, limitMs, `a "${type}" frame of claude`))
    }
    return frames
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** One question, one request to the model: nothing is repeated, continued or added. */
const quietEnv = {
  CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
  CLAUDE_CODE_MAX_RETRIES: '0',
  CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: '1',
  CLAUDE_CODE_DISABLE_REFUSAL_RETRY: '1',
  DISABLE_COMPACT: '1',
}
