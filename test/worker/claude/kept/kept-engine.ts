import type { MessagesBody } from '../../../../src/dev/echo/messages-body.ts'
import { type EchoModel, type EchoModelOptions, startEchoModel } from '../../../../src/dev/echo-model.ts'
import { type Clock, systemClock } from '../../../../src/shared/clock.ts'
import { ReleaseStack } from '../../../../src/shared/disposal.ts'
import type { CallLiveTool, TurnResult } from '../../../../src/worker/claude/claude-event.ts'
import { ClaudePool, type ClaudePoolOptions } from '../../../../src/worker/claude/claude-pool.ts'
import type { ClaudeSession } from '../../../../src/worker/claude/claude-session.ts'
import { resolveClaude } from '../../../../src/worker/claude/find-claude.ts'
import type { MissReason } from '../../../../src/worker/claude/kept-sessions.ts'
import type { TurnStart } from '../../../../src/worker/claude/pool-stats.ts'
import type { Turn } from '../../../../src/worker/claude/turn.ts'
import { WorkDirectory } from '../../../../src/worker/claude/work-directory.ts'
import type { ClaudeConfig } from '../../../../src/worker/worker-config.ts'
import { claudeProgram } from '../../../support/claude-program.ts'
import { askSession, inventedCredential } from '../../../support/engine-on-trial.ts'
import { LogRecord } from '../../../support/log-record.ts'
import { assistantMessage, turnFrom } from '../../../support/turn-from.ts'

/** What a pool is built with; everything has a default. Nothing is parked unless asked for. */
export interface KeptEngineOptions {
  readonly kept?: number
  readonly keepConversationMs?: number
  readonly warm?: number
  readonly slots?: number
  readonly builtin?: readonly string[]
  readonly keptLimits?: NonNullable<ClaudePoolOptions['keptLimits']>
  readonly clock?: Clock
  /** Another program than the real Claude Code. */
  readonly program?: string
  readonly model?: EchoModelOptions
}

/** A turn, how it came to its process, and what the model was asked meanwhile. */
export interface Told {
  readonly start: TurnStart
  readonly missed: MissReason | undefined
  readonly session: ClaudeSession
  readonly result: TurnResult
  readonly bodies: readonly MessagesBody[]
}

/** A pool that keeps its sessions, and the model that they ask. */
export class KeptEngine implements AsyncDisposable {
  readonly model: EchoModel
  readonly pool: ClaudePool
  readonly log: LogRecord
  readonly directory: WorkDirectory
  readonly #opened: ReleaseStack

  private constructor(parts: Pick<KeptEngine, 'model' | 'pool' | 'log' | 'directory'> & { opened: ReleaseStack }) {
    this.model = parts.model
    this.pool = parts.pool
    this.log = parts.log
    this.directory = parts.directory
    this.#opened = parts.opened
  }

  static async open(options: KeptEngineOptions = {}): Promise<KeptEngine> {
    const opened = new ReleaseStack()
    const model = opened.use(await startEchoModel(options.model))
    const directory = opened.use(await WorkDirectory.open())
    const log = new LogRecord()
    const { slots = 1, clock = systemClock, keptLimits } = options
    const config = await configFrom(options, model.url)
    const pool = opened.use(
      new ClaudePool({ config, slots, directory, cancelGraceMs: 2_000, clock, log, ...(keptLimits && { keptLimits }) }),
    )
    if (options.warm) pool.park(options.builtin ?? [])
    return new KeptEngine({ model, pool, log, directory, opened })
  }

  /** Asks one question, and gives the session back. Rejects with the turn's failure. */
  async ask(turn: Turn, more: { callLiveTool?: CallLiveTool; signal?: AbortSignal } = {}): Promise<Told> {
    const before = this.model.requests.length
    using lease = await this.pool.lease(turn)
    const { start, missed, session } = lease
    const { result } = await askSession(lease, turn, more)
    return { start, missed, session, result, bodies: this.model.requests.slice(before).map(({ body }) => body) }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened[Symbol.asyncDispose]()
  }
}

async function configFrom(options: KeptEngineOptions, url: string): Promise<ClaudeConfig> {
  const env = { PATH: process.env.PATH ?? '', ANTHROPIC_BASE_URL: url }
  return {
    ...(await resolveClaude(options.program ?? claudeProgram(), env)),
    credential: inventedCredential,
    env,
    warm: options.warm ?? 0,
    keepConversationMs: options.keepConversationMs ?? 300_000,
    kept: options.kept ?? 2,
    modelRetries: 0,
  }
}

/** The turn that goes on after another one, as its caller would ask it. */
export function followUp(turn: Turn, answer: string, fields: Parameters<typeof turnFrom>[0] = {}): Turn {
  const history = [...turn.history, { role: 'user' as const, content: turn.prompt }, assistantMessage(answer)]
  return turnFrom({ ...turn, history, prompt: 'And then?', ...fields })
}
