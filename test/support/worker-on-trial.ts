import { parseRouterUrl } from '../../src/protocol/router-url.ts'
import type { WorkerState } from '../../src/protocol/worker-state.ts'
import type { Clock } from '../../src/shared/clock.ts'
import { Secret } from '../../src/shared/secret.ts'
import { resolveClaude } from '../../src/worker/claude/find-claude.ts'
import { runWorker } from '../../src/worker/run-worker.ts'
import { StopRequests, type StopStep } from '../../src/worker/stop-requests.ts'
import type { ClaudeConfig, WorkerConfig } from '../../src/worker/worker-config.ts'
import type { WorkerEvent } from '../../src/worker/worker-events.ts'
import type { WorkerExit } from '../../src/worker/worker-exit.ts'
import { claudeProgram, inventedToken } from './claude-program.ts'
import { CountedClock } from './counted-clock.ts'
import { EventRecord, within } from './event-record.ts'
import { LogRecord } from './log-record.ts'

/** What of a worker's configuration a test says otherwise. */
export interface WorkerWishes extends Partial<Omit<WorkerConfig, 'claude' | 'router'>> {
  readonly claude?: Partial<ClaudeConfig>
  readonly clock?: Clock & { readonly armed: number }
  readonly random?: () => number
  /** Asked for before the worker begins. */
  readonly stopFirst?: StopStep
}

/** Where a worker finds its router and its model. */
export interface Surroundings {
  readonly routerUrl: string
  readonly workerKey: string
  readonly modelUrl: string
}

type EventOf<Type extends WorkerEvent['type']> = Extract<WorkerEvent, { type: Type }>

/** Who asks a test's worker to stop. */
const cause = { by: 'a test', exit: 'terminated' } as const

/** A whole worker in this process, from `runWorker` on, whose every word is remembered. */
export class WorkerOnTrial implements AsyncDisposable {
  readonly stop = new StopRequests()
  readonly log = new LogRecord()
  readonly events = new EventRecord<WorkerEvent>('the worker')
  /** How it ended; never rejects in a test that is right. */
  readonly ended: Promise<WorkerExit>
  readonly #clock: Clock & { readonly armed: number }
  #retryNow: () => void = () => {}

  constructor(config: WorkerConfig, { clock = new CountedClock(), random = () => 0, stopFirst }: WorkerWishes) {
    this.#clock = clock
    if (stopFirst) this.stop.ask(stopFirst, cause)
    this.ended = runWorker(config, {
      log: this.log,
      stop: this.stop,
      onEvent: (event) => this.events.push(event),
      onRetryNow: (listener) => {
        this.#retryNow = listener
        return { [Symbol.dispose]: () => {} }
      },
      random,
      clock,
    })
    // A test that fails before it looks must not hide why.
    this.ended.catch(() => {})
  }

  static async start(surroundings: Surroundings, wishes: WorkerWishes = {}): Promise<WorkerOnTrial> {
    return new WorkerOnTrial(await workerConfig(surroundings, wishes), wishes)
  }

  /** The next event of a type that fits and was not taken before. */
  next<Type extends WorkerEvent['type']>(
    type: Type,
    fits: (event: EventOf<Type>) => boolean = () => true,
  ): Promise<EventOf<Type>> {
    const isWanted = (event: WorkerEvent): event is EventOf<Type> => event.type === type && fits(event as EventOf<Type>)
    return this.events.take(`"${type}"`, isWanted)
  }

  /** Resolves when the worker has come into a state. */
  reached(state: WorkerState): Promise<EventOf<'state'>> {
    return this.next('state', ({ to }) => to === state)
  }

  /** The states that the worker has been in, `starting` left out. */
  get states(): WorkerState[] {
    return this.events.all.flatMap((event) => (event.type === 'state' ? [event.to] : []))
  }

  /** Asks for a step; `exit` is what forcing leads to. */
  ask(step: StopStep, exit: 'interrupted' | 'terminated' = 'terminated'): void {
    this.stop.ask(step, { by: 'a test', exit })
  }

  /** Whoever keeps the worker away is to be asked again. */
  retryNow(): void {
    this.#retryNow()
  }

  /** The sentences of one level of its log. */
  said(level: 'debug' | 'info' | 'warn' | 'error'): (string | undefined)[] {
    return this.log.lines.filter((line) => line.level === level).map(({ sentence }) => sentence)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.ask('kill', cause)
    await within('the end of the worker', this.ended)
    if (this.#clock.armed > 0) throw new Error(`the worker has left ${this.#clock.armed} timer(s) behind`)
  }
}

const programFound = new Map<string, ReturnType<typeof resolveClaude>>()

/** The real Claude Code and its version, which is asked once a file. */
function realClaude(): ReturnType<typeof resolveClaude> {
  const program = claudeProgram()
  if (program === undefined) throw new Error('the real Claude Code is not installed')
  const found = programFound.get(program) ?? resolveClaude(program, process.env)
  programFound.set(program, found)
  return found
}

/** A whole configuration, with what a test wishes otherwise. */
export async function workerConfig(
  { routerUrl, workerKey, modelUrl }: Surroundings,
  { claude, clock: _clock, random: _random, stopFirst: _stop, ...wishes }: WorkerWishes,
): Promise<WorkerConfig> {
  return {
    ...quietConfig,
    router: parseRouterUrl(routerUrl),
    workerKey: new Secret(workerKey, 'AUXOT_GPU_KEY'),
    claude: {
      ...(await realClaude()),
      credential: { kind: 'oauth-token', secret: new Secret(inventedToken, 'CLAUDE_CODE_OAUTH_TOKEN') },
      env: { PATH: process.env.PATH ?? '', ANTHROPIC_BASE_URL: modelUrl },
      warm: 1,
      keepConversationMs: 300_000,
      kept: 2,
      modelRetries: 2,
      ...claude,
    },
    ...wishes,
  }
}

/** Nothing rings by itself during a test, except that a lost connection is tried again at once. */
const quietConfig = {
  defaultModel: 'claude-sonnet-4-6',
  builtinTools: [],
  concurrency: 1,
  heartbeatIntervalMs: 86_400_000,
  reconnectDelayMs: 10,
  reconnectMaxDelayMs: 10,
  jobTimeoutMs: 1_800_000,
  stallTimeoutMs: 300_000,
  drainTimeoutMs: 1_700_000,
  cancelGraceMs: 2_000,
  lingerMs: 31_000,
  onAuthFailure: 'exit',
  onRateLimit: 'error',
  proxy: {},
  logPayloads: false,
} as const satisfies Partial<WorkerConfig>
