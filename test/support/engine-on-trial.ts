import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EchoModel, type EchoModelOptions, startEchoModel } from '../../src/dev/echo-model.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { ReleaseStack } from '../../src/shared/disposal.ts'
import { Secret } from '../../src/shared/secret.ts'
import type { CallLiveTool, ClaudeEvent, TurnResult } from '../../src/worker/claude/claude-event.ts'
import { ClaudePool, type SessionLease } from '../../src/worker/claude/claude-pool.ts'
import { resolveClaude } from '../../src/worker/claude/find-claude.ts'
import type { Turn } from '../../src/worker/claude/turn.ts'
import { WorkDirectory } from '../../src/worker/claude/work-directory.ts'
import type { ClaudeConfig, ClaudeCredential } from '../../src/worker/worker-config.ts'
import { claudeProgram, inventedToken } from './claude-program.ts'
import { LogRecord } from './log-record.ts'
import { processesBelow } from './processes-below.ts'

/** Everything that came out of one turn. */
export interface Asked {
  readonly events: readonly ClaudeEvent[]
  readonly result: TurnResult
}

/** What the engine is built with; everything has a default. */
export interface EngineOptions {
  /** Parked processes of the kind `builtin`. */
  readonly warm?: number
  readonly builtin?: readonly string[]
  /** Conversations that are kept; none by default, so that every question has a process of its own. */
  readonly kept?: number
  readonly credential?: ClaudeCredential | undefined
  readonly env?: Readonly<Record<string, string>>
  readonly model?: EchoModelOptions
  readonly cancelGraceMs?: number
  /** Another program than the real Claude Code. */
  readonly program?: string
}

/** A pool of the real Claude Code, the model that it asks, and a temporary folder that holds everything either makes. */
export class EngineOnTrial implements AsyncDisposable {
  readonly model: EchoModel
  readonly pool: ClaudePool
  readonly log: LogRecord
  readonly folder: string
  readonly #opened: ReleaseStack

  private constructor(parts: {
    model: EchoModel
    pool: ClaudePool
    log: LogRecord
    folder: string
    opened: ReleaseStack
  }) {
    this.model = parts.model
    this.pool = parts.pool
    this.log = parts.log
    this.folder = parts.folder
    this.#opened = parts.opened
  }

  static async open(options: EngineOptions = {}): Promise<EngineOnTrial> {
    const opened = new ReleaseStack()
    const folder = openFolder(opened)
    const model = opened.use(await startEchoModel(options.model))
    const directory = opened.use(await WorkDirectory.open())
    const log = new LogRecord()
    const config = await configFrom(options, model.url)
    const pool = opened.use(
      new ClaudePool({
        config,
        slots: 1,
        directory,
        cancelGraceMs: options.cancelGraceMs ?? 2_000,
        clock: systemClock,
        log,
      }),
    )
    if (options.warm !== 0) pool.park(options.builtin ?? [])
    return new EngineOnTrial({ model, pool, log, folder, opened })
  }

  /** Asks one question on a session of its own. Rejects with the turn's failure. */
  async ask(turn: Turn, callLiveTool: CallLiveTool = noLiveTools, signal = never): Promise<Asked> {
    using lease = await this.pool.lease(turn)
    return { ...(await askSession(lease, turn, { callLiveTool, signal })) }
  }

  /** The folders of all sessions, in the order of their start. */
  get sessionFolders(): string[] {
    const below = join(this.folder, 'tmp')
    const pools = readdirSync(below).filter((name) => name.startsWith('auxot-'))
    return pools
      .flatMap((pool) => readdirSync(join(below, pool)).map((name) => join(below, pool, name)))
      .filter((path) => !path.endsWith('.json'))
  }

  /** Every process that this engine has started, or that one of those has. */
  processes(): number[] {
    return processesBelow(this.folder)
  }

  /** Asks a question that must fail, and hands over what it failed with. */
  async failureOf(turn: Turn): Promise<unknown> {
    const asked = await this.ask(turn).catch((error: unknown) => ({ error }))
    if ('error' in asked) return asked.error
    throw new Error(`the turn did not fail; it answered ${JSON.stringify(asked.result.text)}`)
  }

  /** Also does this at the end, before everything else. */
  release(work: () => void): void {
    this.#opened.defer(work)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened[Symbol.asyncDispose]()
  }
}

/** One turn on a leased session, to its end. */
export async function askSession(
  { session, underWay }: SessionLease,
  turn: Turn,
  { callLiveTool = noLiveTools, signal = never }: { callLiveTool?: CallLiveTool; signal?: AbortSignal } = {},
): Promise<Asked> {
  const events: ClaudeEvent[] = []
  for await (const event of session.ask(turn, { callLiveTool }, signal)) {
    underWay()
    events.push(event)
  }
  const last = events.at(-1)
  if (last?.type !== 'result') throw new Error(`the last event is no result: ${JSON.stringify(last)}`)
  return { events, result: last.result }
}

/** The credential that engines have unless a test says otherwise. */
export const inventedCredential: ClaudeCredential = {
  kind: 'oauth-token',
  secret: new Secret(inventedToken, 'a test'),
}

export const never = new AbortController().signal

/** For turns that must not call one. */
export function noLiveTools(): Promise<never> {
  return Promise.reject(new Error('this turn has no live tools'))
}

/** The engine works below the temporary folder of the process: here that is one of its own, for looking into it. */
function openFolder(opened: ReleaseStack): string {
  const before = process.env.TMPDIR
  const folder = mkdtempSync(join(tmpdir(), 'auxot-engine-'))
  mkdirSync(join(folder, 'tmp'))
  process.env.TMPDIR = join(folder, 'tmp')
  opened.defer(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })
  return folder
}

async function configFrom(options: EngineOptions, url: string): Promise<ClaudeConfig> {
  const env = { PATH: process.env.PATH ?? '', ANTHROPIC_BASE_URL: url, ...options.env }
  const program = await resolveClaude(options.program ?? claudeProgram(), env)
  const credential = 'credential' in options ? options.credential : inventedCredential
  return { ...program, credential, env, warm: options.warm ?? 1, keepConversationMs: 0, kept: 0, modelRetries: 0 }
}
