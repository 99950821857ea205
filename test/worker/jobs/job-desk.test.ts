import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EchoModel, startEchoModel } from '../../../src/dev/echo-model.ts'
import { jobSchema } from '../../../src/protocol/job.ts'
import type { WorkerMessage } from '../../../src/protocol/worker-messages.ts'
import { ReleaseStack } from '../../../src/shared/disposal.ts'
import { ClaudePool } from '../../../src/worker/claude/claude-pool.ts'
import { WorkDirectory } from '../../../src/worker/claude/work-directory.ts'
import { JobDesk } from '../../../src/worker/jobs/job-desk.ts'
import type { RouterConnection } from '../../../src/worker/link/link-handlers.ts'
import type { WorkerEvent } from '../../../src/worker/worker-events.ts'
import { claudeProgram } from '../../support/claude-program.ts'
import { CountedClock } from '../../support/counted-clock.ts'
import { EventRecord } from '../../support/event-record.ts'
import { LogRecord } from '../../support/log-record.ts'
import { openOwnTmpdir } from '../../support/own-tmpdir.ts'
import { workerConfig } from '../../support/worker-on-trial.ts'

/** A connection that takes everything until the test loses it. */
class Connection implements RouterConnection {
  readonly id: number
  readonly helloAckAt = 0
  readonly bufferedAmount = 0
  readonly sent: WorkerMessage[] = []
  isOpen = true

  constructor(id: number) {
    this.id = id
  }

  send(message: WorkerMessage): boolean {
    if (this.isOpen) this.sent.push(message)
    return this.isOpen
  }

  drained(): Promise<void> {
    return Promise.resolve()
  }
}

function question(jobId: string) {
  return jobSchema.parse({ type: 'job', job_id: jobId, messages: [{ role: 'user', content: jobId }] })
}

describe.skipIf(claudeProgram() === undefined)('the desk', () => {
  const opened = new ReleaseStack()
  let model: EchoModel
  let desk: JobDesk
  let log: LogRecord
  let events: EventRecord<WorkerEvent>
  /** No process gets its folders before this resolves. */
  let folders: PromiseWithResolvers<void>

  beforeEach(async () => {
    openOwnTmpdir(opened, 'auxot-desk-')
    model = opened.use(await startEchoModel())
    folders = Promise.withResolvers()
    const directory = opened.use(await WorkDirectory.open())
    const held = heldBack(directory, () => folders.promise)
    log = new LogRecord()
    events = new EventRecord('the desk')
    const surroundings = { routerUrl: 'http://127.0.0.1:9', workerKey: 'unused', modelUrl: model.url }
    const config = await workerConfig(surroundings, { claude: { warm: 0 } })
    const options = { config, clock: new CountedClock(), log }
    const claude = new ClaudePool({ ...options, config: config.claude, slots: 1, directory: held, cancelGraceMs: 0 })
    opened.use(claude)
    desk = new JobDesk({
      ...options,
      claude,
      onEvent: (event) => events.push(event),
      onStarted: () => {},
      onSettled: () => {},
    })
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  const finished = (jobId: string) =>
    events.take(`end of ${jobId}`, (event): event is Extract<WorkerEvent, { type: 'job_finished' }> => {
      return event.type === 'job_finished' && event.jobId === jobId
    })

  it('runs a job again that comes back on a new connection before its run on the lost one has ended', async () => {
    const [lost, next] = [new Connection(1), new Connection(2)]
    desk.take(question('one'), lost)
    lost.isOpen = false
    desk.connectionLost(lost)
    desk.take(question('one'), next)
    expect(desk.size).toBe(2)
    folders.resolve()
    expect([(await finished('one')).outcome, (await finished('one')).outcome]).toEqual(['lost', 'completed'])
    expect(lost.sent).toEqual([])
    expect(next.sent.at(-1)).toMatchObject({ type: 'complete', job_id: 'one', full_response: 'Echo: one' })
    expect(model.requests.length).toBe(1)
    expect(desk.size).toBe(0)
  })

  it('does not run a job twice that is sent twice, whether it runs or waits', async () => {
    const connection = new Connection(1)
    for (const jobId of ['one', 'one', 'two', 'two']) desk.take(question(jobId), connection)
    folders.resolve()
    await finished('two')
    expect(connection.sent.filter(({ type }) => type === 'complete')).toMatchObject([
      { job_id: 'one' },
      { job_id: 'two' },
    ])
    expect(log.lines.filter(({ level }) => level === 'warn').map(({ sentence }) => sentence)).toEqual(
      Array(2).fill('the router sent a job that is already here; it is not started twice'),
    )
    expect(model.requests.length).toBe(2)
  })

  it('forgets jobs that wait for a place when their connection is lost, and only those', async () => {
    const [lost, next] = [new Connection(1), new Connection(2)]
    desk.take(question('one'), next)
    desk.take(question('two'), lost)
    desk.take(question('three'), next)
    lost.isOpen = false
    desk.connectionLost(lost)
    folders.resolve()
    await finished('three')
    expect(next.sent.filter(({ type }) => type === 'complete')).toMatchObject([{ job_id: 'one' }, { job_id: 'three' }])
    expect(lost.sent).toEqual([])
    expect(model.requests.length).toBe(2)
  })

  it('begins no job that waits once they are given back', async () => {
    const connection = new Connection(1)
    for (const jobId of ['one', 'two']) desk.take(question(jobId), connection)
    desk.giveBackWaiting()
    expect(desk.size).toBe(1)
    folders.resolve()
    await finished('one')
    expect(desk.size).toBe(0)
    expect(model.requests.length).toBe(1)
  })

  it('says which tool results nobody waits for', () => {
    desk.liveToolResult({ type: 'job.tool.call.result', job_id: 'one', call_id: 'c', result: '', image_parts: [] })
    expect(log.lines).toMatchObject([
      { level: 'warn', sentence: 'a tool result came for a call that nobody waits for' },
    ])
  })
})

/** The same directory, whose new folders wait for something first. */
function heldBack(directory: WorkDirectory, until: () => Promise<void>): WorkDirectory {
  const openSession = async () => {
    await until()
    return directory.openSession()
  }
  return new Proxy(directory, {
    get: (target, name) => (name === 'openSession' ? openSession : Reflect.get(target, name, target)),
  })
}
