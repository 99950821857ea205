import { describe, expect, it } from 'vitest'
import { Gate } from '../../src/dev/echo-model.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { openHouse } from '../support/house.ts'
import { text, user } from '../support/job-parts.ts'
import { WatchedClock } from '../support/watched-clock.ts'

describe.skipIf(claudeProgram() === undefined)('a router that', () => {
  it('restarts finds its worker again, which begins the job anew on the new connection only', async () => {
    await using house = await openHouse()
    house.model.script({ connection: 'silent' })
    const job = house.ask('one')
    const request = await house.model.nextRequest()
    const before = house.router.received.length
    await house.router.stop()
    await house.worker.reached('reconnecting')
    expect(await request.ended).toBe('client')
    expect(await house.worker.next('job_finished')).toMatchObject({ jobId: job.jobId, outcome: 'lost' })
    await house.router.start()
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: one' } })
    expect(house.router.received.slice(before).map(({ message }) => message.type)).toEqual([
      'hello',
      'config',
      'token',
      'token',
      'complete',
    ])
    expect(house.router.complaints).toEqual([])
    expect(house.model.requests.length).toBe(2)
    expect(await house.worker.next('job_finished')).toMatchObject({ jobId: job.jobId, outcome: 'completed' })
  })

  it('restarts in the middle of an answer hears nothing of the first one any more', async () => {
    await using house = await openHouse()
    const gate = new Gate()
    house.model.script({ blocks: [text('half whole')], gate })
    const job = house.ask('one')
    gate.release()
    await house.router.next('token')
    await house.router.stop()
    await house.router.start()
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: one' } })
    expect(job.messages.flatMap((message) => (message.type === 'token' ? [message.token] : []))).toEqual([
      'half',
      'Echo:',
      ' one',
    ])
    expect(await house.model.requests[0]?.ended).toBe('client')
  })

  it('is silent for three heartbeats is dialled anew, and its job is done once', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, heartbeatIntervalMs: 10_000 } })
    house.model.script({ connection: 'silent' })
    const job = house.ask('one')
    const request = await house.model.nextRequest()
    const [lost] = house.router.workers
    house.router.faults.blackHole()
    clock.advance(29_999)
    expect(house.worker.states).toEqual(['idle', 'busy'])
    clock.advance(1)
    expect(await house.worker.next('disconnected')).toMatchObject({
      kind: 'silent',
      reason: 'nothing was heard from the router for 30.0s',
      retryInMs: 0,
    })
    expect(await request.ended).toBe('client')
    clock.advance(0)
    await house.router.until(({ workers }) => workers.length === 2, 'the worker to come back')
    // The public router misses a silent worker no sooner than its socket breaks.
    house.router.faults.drop(lost?.id)
    expect(await job.done).toMatchObject({ kind: 'complete' })
    expect(job.messages.map(({ type }) => type)).toEqual(['token', 'token', 'complete'])
    expect(house.model.requests.length).toBe(2)
  })

  it('answers its heartbeats is not silent', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, heartbeatIntervalMs: 10_000, claude: { warm: 0 } } })
    for (let beat = 0; beat < 8; beat++) {
      clock.advance(10_000)
      await house.router.next('heartbeat')
      // A job that cannot be read is refused at once: the answer to the beat, sent before it, has arrived by then.
      const job_id = `beat ${beat}`
      house.router.faults.sendRaw(JSON.stringify({ type: 'job', job_id, messages: [{}] }))
      await house.router.next('error', (error) => error.job_id === job_id)
    }
    expect(house.worker.states).toEqual(['idle'])
  })

  it('says what nobody understands is heard out, once for each kind, and the worker goes on', async () => {
    await using house = await openHouse()
    const odd = [
      'no JSON at all',
      '[]',
      '"text"',
      '{}',
      '{"type":7}',
      '{"type":"job.priority","level":3}',
      '{"type":"job.priority","level":4}',
      '{"type":"cancel"}',
      '{"type":"cancel","job_id":"never-heard-of"}',
      '{"type":"job"}',
      '{"type":"job","job_id":7,"messages":[]}',
      '{"type":"job.tool.call.result","job_id":"a","call_id":"b","result":"nobody asked"}',
      '{"type":"policy_update","policy":"none"}',
      '{"type":"heartbeat_ack","extra":true}',
      '{"type":"hello_ack","success":false}',
    ]
    for (const frame of odd) house.router.faults.sendRaw(frame)
    expect(await house.ask('still there?').done).toMatchObject({ kind: 'complete' })
    expect(house.worker.states).toEqual(['idle', 'busy', 'idle'])
    expect(house.router.received.filter(({ message }) => message.type === 'error')).toEqual([])
    const words = house.worker.log.lines.map(({ fields, sentence }) => `${JSON.stringify(fields)} ${sentence}`)
    expect(words.filter((line) => line.includes('job.priority')).length).toBe(1)
  })

  it('sends more jobs than there are places gets an answer to each', async () => {
    await using house = await openHouse({ worker: { claude: { warm: 0 } } })
    const gate = new Gate()
    house.model.script({ blocks: [text('first')], gate })
    house.ask('one', { job_id: 'one' })
    await gate.reached()
    const job = { type: 'job', job_id: 'two', messages: [user('two')] }
    house.router.faults.sendRaw(JSON.stringify(job))
    house.router.faults.sendRaw(JSON.stringify({ ...job, messages: [user('two again')] }))
    gate.open()
    expect(await house.router.next('complete', ({ job_id }) => job_id === 'two')).toMatchObject({
      full_response: 'Echo: two',
    })
    expect(house.model.requests.length).toBe(2)
    expect(house.worker.said('warn')).toEqual(['the router sent a job that is already here; it is not started twice'])
  })
})

describe.skipIf(claudeProgram() === undefined)('several jobs', () => {
  it('are shared by two workers, each done once', async () => {
    await using house = await openHouse()
    const other = await house.add()
    await house.router.ready(2)
    const gates = [new Gate(), new Gate()]
    house.model.script(...gates.map((gate) => ({ blocks: [text('done')], gate })))
    const jobs = ['one', 'two', 'three', 'four'].map((each) => house.ask(each))
    for (const gate of gates) await gate.reached()
    expect(house.router.workers.map(({ running }) => running.length)).toEqual([1, 1])
    for (const gate of gates) gate.open()
    expect(await Promise.all(jobs.map(({ done }) => done))).toMatchObject(jobs.map(() => ({ kind: 'complete' })))
    expect(house.model.requests.length).toBe(4)
    const started = [house.worker, other].map(({ events }) => {
      return events.all.flatMap((event) => (event.type === 'job_started' ? [event.jobId] : []))
    })
    expect(started.every((ids) => ids.length > 0)).toBe(true)
    expect(started.flat().toSorted()).toEqual(jobs.map(({ jobId }) => jobId).toSorted())
  })

  it('run at the same time, as many as there are places', async () => {
    await using house = await openHouse({ worker: { concurrency: 3, claude: { warm: 0 } } })
    const gates = Array.from({ length: 5 }, () => new Gate())
    house.model.script(...gates.map((gate) => ({ blocks: [text('done')], gate })))
    const jobs = gates.map((_, index) => house.ask(`job ${index}`))
    for (const gate of gates.slice(0, 3)) await gate.reached()
    expect([house.model.requests.length, house.router.waiting.length]).toEqual([3, 2])
    gates[1]?.open()
    await gates[3]?.reached()
    expect([house.model.requests.length, house.router.waiting.length]).toEqual([4, 1])
    for (const gate of gates) gate.open()
    expect(await Promise.all(jobs.map(({ done }) => done))).toMatchObject(jobs.map(() => ({ kind: 'complete' })))
    expect(house.model.requests.length).toBe(5)
  })
})
