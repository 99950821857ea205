import { afterEach, expect, it } from 'vitest'
import { Gate } from '../../../src/dev/echo-model.ts'
import { describeEngine } from '../../support/engine.ts'
import { WorkerContainer } from '../../support/worker-container.ts'

const answer = (words: string) => ({ blocks: [{ type: 'text' as const, text: words }] })

describeEngine('a worker in a container', () => {
  let worker: WorkerContainer | undefined
  afterEach(async () => {
    await worker?.[Symbol.asyncDispose]()
    worker = undefined
  })

  it('reads what only root can read, becomes another user, and serves', async () => {
    worker = await WorkerContainer.start()
    const { state, pid } = await worker.until('idle')
    expect(state).toBe('idle')
    const facts = ['Name', 'Uid', 'Gid', 'Groups', 'CapInh', 'CapPrm', 'CapEff', 'CapAmb', 'NoNewPrivs']
    const status = await worker.run(['grep', '-E', `^(${facts.join('|')}):`, `/proc/${pid}/status`])
    expect(status.replaceAll('\t', ' ').replace(/ +$/gm, '').trim().split('\n')).toEqual([
      expect.stringMatching(/^Name: node/),
      'Uid: 10001 10001 10001 10001',
      'Gid: 10001 10001 10001 10001',
      'Groups: 10001',
      ...['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].map((name) => `${name}: 0000000000000000`),
      'NoNewPrivs: 1',
    ])
    expect(await worker.run(['sh', '-c', 'cat /run/secrets/*; touch /opt/auxot/x /home/auxot/x; echo end'])).toBe(
      'end\n',
    )
    expect(await worker.ask('Are you there?')).toContain('Are you there?')
    expect((await worker.log()).join('\n')).not.toMatch(/NOT_ANOTHER_USER|NO_CONTROL_SOCKET|TOOLS_AS_ROOT/)
    worker.canaries.expectNoneIn((await worker.log()).join('\n'), 'the log')
    worker.canaries.expectNoneIn(JSON.stringify(await worker.container.inspect()), 'docker inspect')
  })

  it('finishes its job when it is stopped, and ends with 0', async () => {
    worker = await WorkerContainer.start()
    const gate = new Gate()
    worker.model.script({ ...answer('done in the end'), gate })
    await worker.until('idle')
    const job = worker.ask('Are you there?')
    await gate.reached()
    const stopped = worker.stop()
    await worker.until('draining')
    gate.open()
    expect(await job).toBe('done in the end')
    expect(await stopped).toBe(0)
  })

  it('is healthy once it serves', async () => {
    worker = await WorkerContainer.start({ healthEveryMs: 1_000 })
    await worker.event('health_status: healthy')
    const { State } = await worker.container.inspect()
    expect(State.Health?.Status).toBe('healthy')
  })

  it('that is not root from the start goes on as it is, and says what is weaker', async () => {
    worker = await WorkerContainer.start({ user: '10001:10001' })
    await worker.until('idle')
    const warning = (await worker.log()).find((line) => line.includes('NOT_ANOTHER_USER'))
    expect(warning).toContain('The worker was started as auxot already, so it goes on as it is')
    expect(await worker.ask('Are you there?')).toContain('Are you there?')
    expect(await worker.stop()).toBe(0)
  })

  it('that is a user whom the image does not know goes on as it is, too', async () => {
    worker = await WorkerContainer.start({ user: '23456:23456' })
    await worker.until('idle')
  })
})
