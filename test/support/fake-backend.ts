import { configHash } from '../../src/fleet/config-hash.ts'
import type {
  EndOptions,
  FleetBackend,
  FleetRecord,
  FleetView,
  MemberRequest,
  Readiness,
} from '../../src/fleet/fleet-backend.ts'
import { type FleetMember, isReady } from '../../src/fleet/member.ts'
import type { WorkerSpec } from '../../src/fleet/worker-spec.ts'
import type { WorkerDecision, WorkerReport } from '../../src/protocol/control-answers.ts'
import { member } from './fleet-members.ts'

/** A backend in memory, which keeps its word: what is started is ready, what is asked to leave ends. Tests change its mind. */
export class FakeBackend implements FleetBackend {
  readonly members = new Map<string, FleetMember>()
  record: FleetRecord | undefined
  /** What was done, in order: `create default-1`, `ask container-1 drain`. */
  readonly log: string[] = []
  /** Members that turn out to have a job when they are asked. */
  readonly busyWhenAsked = new Set<string>()
  /** How members that are made turn out; ready when absent. */
  readiness: (one: FleetMember) => Readiness | 'never' = readyAt
  /** Called before every step; may throw, as an engine that goes away does. */
  beforeStep: (step: string) => void = () => {}
  /** Ending a member that does not answer takes longer than anybody waits. */
  endsSlowly = false
  /** The fewest that were ready at any moment. */
  fewestReady = Number.POSITIVE_INFINITY
  #made = 0
  #locked: PromiseWithResolvers<void> | undefined

  constructor(...members: readonly FleetMember[]) {
    for (const one of members) this.members.set(one.id, one)
  }

  async view(): Promise<FleetView> {
    return { members: [...this.members.values()].sort((a, b) => a.slot - b.slot), record: this.record }
  }

  async remember(fleet: string, record: FleetRecord | undefined): Promise<void> {
    this.#step(`remember ${fleet} ${record?.desired ?? 'nothing'}`)
    this.record = record
  }

  async create(slot: number, spec: WorkerSpec, { isSuccessor }: { isSuccessor: boolean }): Promise<string> {
    this.#step(`create ${slot}${isSuccessor ? ' as successor' : ''}`)
    const isTaken = [...this.members.values()].some((one) => one.slot === slot && one.isSuccessor === isSuccessor)
    if (isTaken) throw new Error(`the name of ${slot} is taken`)
    const id = `made-${++this.#made}`
    const facts = { id, configHash: configHash(spec), isHalfMade: true, comesBack: true, isSuccessor }
    this.#set(member(slot, 'stopped', facts))
    return id
  }

  async start(id: string): Promise<void> {
    this.#step(`start ${id}`)
    const state = isReady(this.#get(id)) ? this.#get(id).state : 'starting'
    this.#set({ ...this.#get(id), isHalfMade: false, comesBack: true, state })
  }

  async ask(id: string, { op, ...how }: MemberRequest): Promise<WorkerDecision | undefined> {
    this.#step(`ask ${id} ${op}${'ifIdle' in how ? ' if idle' : ''}`)
    const one = this.members.get(id)
    if (!one || one.state === 'unhealthy') return undefined
    if (this.busyWhenAsked.has(id)) this.#set({ ...one, state: 'busy' })
    const isBusy = this.#get(id).state === 'busy'
    const accepted = !(isBusy && 'ifIdle' in how)
    if (accepted) this.#set({ ...this.#get(id), state: 'draining', comesBack: false })
    const running = isBusy ? [{ id: `job-of-${id}`, startedAt: '', elapsedMs: 0 }] : []
    return { schema: 'auxot.worker.decision/v1', accepted, state: this.#get(id).state, running }
  }

  async terminate(id: string, { isForced, signal }: EndOptions): Promise<void> {
    this.#step(`terminate ${id}${isForced ? ' by force' : ''}`)
    if (this.endsSlowly) await whenAborted(signal)
  }

  async untilReady(id: string, signal: AbortSignal): Promise<Readiness> {
    const readiness = this.readiness(this.#get(id))
    if (readiness === 'never') return await whenAborted(signal)
    const state = readiness.kind === 'ready' ? 'idle' : readiness.state
    this.#set({ ...this.#get(id), state })
    return readiness
  }

  async untilEnded(id: string): Promise<void> {
    this.#set({ ...this.#get(id), state: 'stopped' })
  }

  async remove(id: string): Promise<void> {
    this.#step(`remove ${id}`)
    this.members.delete(id)
    this.#count()
  }

  async settleName(id: string): Promise<void> {
    this.#step(`settle ${id}`)
    const { slot } = this.#get(id)
    const others = [...this.members.values()].filter((one) => one.slot === slot && one.id !== id)
    if (others.length > 0) throw new Error(`the name of ${slot} is taken`)
    this.#set({ ...this.#get(id), isSuccessor: false })
  }

  async removeLeftovers(): Promise<void> {
    this.log.push('remove leftovers')
  }

  async lock(): Promise<AsyncDisposable> {
    while (this.#locked) await this.#locked.promise
    const locked = Promise.withResolvers<void>()
    this.#locked = locked
    this.log.push('lock')
    return {
      [Symbol.asyncDispose]: async () => {
        this.log.push('unlock')
        this.#locked = undefined
        locked.resolve()
      },
    }
  }

  #step(step: string): void {
    this.beforeStep(step)
    this.log.push(step)
  }

  #get(id: string): FleetMember {
    const one = this.members.get(id)
    if (!one) throw new Error(`there is no ${id}`)
    return one
  }

  #set(one: FleetMember): void {
    this.members.set(one.id, one)
    this.#count()
  }

  #count(): void {
    this.fewestReady = Math.min(this.fewestReady, [...this.members.values()].filter(isReady).length)
  }
}

function readyAt(one: FleetMember): Readiness {
  return { kind: 'ready', report: { state: 'idle', pid: one.slot } as WorkerReport }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
