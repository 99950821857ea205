import { beforeEach, describe, expect, it } from 'vitest'
import { claudeProgram } from '../support/claude-program.ts'
import { HostOnTrial } from '../support/host-on-trial.ts'
import { readDocument } from '../support/json-documents.ts'
import { runAuxot } from '../support/run-auxot.ts'

/** What a test reads of a document. */
interface Left {
  readonly waited: boolean
  readonly workers: readonly { readonly id: string; readonly [fact: string]: unknown }[]
}

// Never --all: it would take the workers of whoever runs the tests.
describe.skipIf(!claudeProgram())('a worker in the foreground', () => {
  let host: HostOnTrial
  beforeEach(async () => {
    host = await HostOnTrial.open()
    return () => host[Symbol.asyncDispose]()
  })

  it('is drained after its job, and waited for', async () => {
    const worker = await host.addWorker()
    const job = await host.giveJob()
    await using drain = host.start(['worker', 'drain', `pid-${worker.pid}`, '--wait'])
    await drain.line(new RegExp(`^- pid-${worker.pid} draining \\(job ${job.id}\\)$`))
    expect(await job.finish()).toMatchObject({ kind: 'complete' })
    expect(await worker.ended).toMatchObject({ code: 0 })
    const { code, stdout, stderr } = await drain.ended
    expect([code, stdout]).toEqual([0, '1 worker has left.\n'])
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`^- pid-${worker.pid} left [\\d.]+m?s$`))
  })

  it('that is busy stays with --if-idle, which is exit 3', async () => {
    const worker = await host.addWorker()
    const job = await host.giveJob()
    const argv = ['worker', 'drain', `${worker.pid}`, '--if-idle']
    const [text, json] = [await host.run(argv), await host.run([...argv, '--json', '--wait', '--quiet'])]
    expect(text).toMatchObject({
      code: 3,
      stdout: '1 worker stays.\n',
      stderr: `! pid-${worker.pid} stays: it has job ${job.id} in hand\n`,
    })
    expect(json.code).toBe(3)
    expect(readDocument<Left>(json.stdout, 'auxot.worker.drain/v1')).toMatchObject({
      waited: true,
      workers: [
        {
          id: `pid-${worker.pid}`,
          fleet: null,
          pid: worker.pid,
          accepted: false,
          state: 'busy',
          job: { id: job.id },
          left: false,
        },
      ],
    })
    await job.finish()
    expect(host.router.workers).toHaveLength(1)
  })

  it("goes by the router's name too, lingers when it is idle and drained, and leaves at once when it is stopped", async () => {
    const worker = await host.addWorker('--warm', '0')
    const drained = await host.run(['worker', 'drain', `${host.router.workers[0]?.id}`, '--json'])
    expect(drained.code).toBe(0)
    expect(readDocument<Left>(drained.stdout, 'auxot.worker.drain/v1')).toMatchObject({
      waited: false,
      workers: [{ id: `pid-${worker.pid}`, accepted: true, state: 'draining', left: false }],
    })
    const stopped = await host.run(['worker', 'stop', `pid-${worker.pid}`, '--wait', '--json'])
    expect(stopped.code).toBe(0)
    expect(readDocument<Left>(stopped.stdout, 'auxot.worker.stop/v1')).toMatchObject({
      waited: true,
      workers: [{ id: `pid-${worker.pid}`, accepted: true, state: 'stopped', left: true }],
    })
    expect(await worker.ended).toMatchObject({ code: 0 })
  })

  it('goes on leaving when time has passed, which is exit 124; --force cancels its job', async () => {
    const worker = await host.addWorker()
    const job = await host.giveJob()
    const waits = ['worker', 'stop', `pid-${worker.pid}`, '--wait', '--timeout', '300ms', '--json']
    const late = await host.run(waits)
    expect([late.code, late.stderr.split('\n')]).toMatchObject([
      124,
      [`- pid-${worker.pid} draining (job ${job.id})`, 'Error: 300ms have passed; what leaves goes on leaving.', ''],
    ])
    expect(readDocument<Left>(late.stdout, 'auxot.worker.stop/v1')).toMatchObject({
      workers: [{ accepted: true, state: 'draining', job: { id: job.id }, left: false }],
    })
    const forced = await host.run(['worker', 'stop', `pid-${worker.pid}`, '--force', '--wait'])
    expect([forced.code, forced.stdout]).toEqual([0, '1 worker has left.\n'])
    expect(await worker.ended).toMatchObject({ code: 143 })
  })

  it('is not asked where another that was named is not there', async () => {
    const worker = await host.addWorker('--warm', '0')
    const { code, stdout, stderr } = await host.run(['worker', 'stop', `pid-${worker.pid}`, `pid-${worker.pid}0`])
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      `Error: There is no worker "pid-${worker.pid}0" here.\n  Did you mean pid-${worker.pid}?\n`,
    ])
    expect(await host.run(['worker', 'status', '--wait', 'ready=1', '--quiet'])).toMatchObject({ code: 0 })
  })
})

describe('a command that lets workers leave', () => {
  it.each([
    [
      'drain',
      [],
      'No worker is named',
      'Name workers as "auxot worker status" lists them, default-3 or pid-1234, or give --all.',
    ],
    ['stop', ['default-1', '--all'], 'Workers are named and --all is given', 'Give one of them.'],
    [
      'drain',
      ['default-1', '--fleet', 'nobody-has-this'],
      'There is no worker "default-1" here',
      'No worker was found at all.',
    ],
    [
      'stop',
      ['--all', '--timeout', '5'],
      '--timeout: "5" is no duration',
      'Write a number with its unit: 250ms, 90s, 5m or 1h.',
    ],
  ])('refuses %s %j in one sentence', async (verb, argv, message, hint) => {
    const text = await runAuxot(['worker', verb, ...argv])
    expect(text).toMatchObject({ code: 2, stdout: '', stderr: `Error: ${message}.\n  ${hint}\n` })
  })

  it('warns of a --timeout that limits nothing', async () => {
    const { code, stderr } = await runAuxot([
      'worker',
      'drain',
      '--all',
      '--fleet',
      'nobody-has-this',
      '--timeout',
      '5s',
    ])
    expect(code).toBe(0)
    expect(stderr).toBe('Warning: --timeout does nothing without --wait: it says for how long --wait waits.\n')
  })

  it.each(['drain', 'stop'])('%s --all where there are none is done', async (verb) => {
    const line = ['worker', verb, '--all', '--fleet', 'nobody-has-this', '--wait']
    const [text, json] = await Promise.all([runAuxot(line), runAuxot([...line, '--json'])])
    expect(text).toMatchObject({ code: 0, stdout: 'No worker is here that could leave.\n' })
    expect(readDocument(json.stdout, `auxot.worker.${verb}/v1`)).toMatchObject({ waited: true, workers: [] })
  })

  it.each([
    ['drain', '--all'],
    ['stop', 'default-1'],
  ])('%s %s does nothing where the engine that was named cannot be asked, which is exit 7', async (verb, who) => {
    const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    const { code, stdout } = await runAuxot(['worker', verb, who, '--fleet', 'nobody-has-this', '--json'], { env })
    expect([code, readDocument(stdout, 'auxot.error/v1')]).toMatchObject([7, { error: { exitCode: 7 } }])
  })
})
