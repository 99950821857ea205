import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/shared/errors.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { House, openHouse } from '../support/house.ts'

const withoutClaude = { claude: { warm: 0 } } as const

describe.skipIf(claudeProgram() === undefined)('running a worker', () => {
  it('goes through its states, each told once, with what it is connected to', async () => {
    await using house = await openHouse({
      worker: { concurrency: 2, builtinTools: ['Bash', 'Read'], ...withoutClaude },
    })
    await house.worker.reached('idle')
    house.worker.ask('finish')
    await house.worker.ended
    const router = house.router.httpUrl
    expect(house.worker.events.all).toEqual([
      { type: 'connecting', router, attempt: 1 },
      {
        type: 'connected',
        router,
        workerId: expect.stringMatching(/^[0-9a-f]{32}$/),
        model: 'claude-sonnet-4-6',
        slots: 2,
        builtinTools: [],
      },
      { type: 'state', from: 'starting', to: 'idle' },
      { type: 'state', from: 'idle', to: 'draining', reason: 'a test' },
      { type: 'state', from: 'draining', to: 'stopped' },
    ])
  })

  it('introduces itself as a worker for Claude, with its places', async () => {
    await using house = await openHouse({ worker: { concurrency: 2, ...withoutClaude } })
    const capabilities = { backend: 'claude', model: 'claude-sonnet-4-6', ctx_size: 200_000, total_slots: 2 }
    expect(house.router.received.map(({ message }) => message)).toEqual([
      { type: 'hello', gpu_key: house.router.workerKey, capabilities: { ...capabilities, model_capabilities: [] } },
      { type: 'config', capabilities: { ...capabilities, model_capabilities: ['chat'] } },
    ])
  })

  it('is taken for what it is by a router in mixed mode', async () => {
    await using house = await openHouse({ router: { mode: 'mixed' }, worker: withoutClaude })
    expect(await house.worker.next('connected')).toMatchObject({ model: 'claude-sonnet-4-6' })
  })

  it('tries a router that is not there until it is', async () => {
    await using house = await House.open()
    await house.router.stop()
    const worker = await house.add(withoutClaude)
    for (let attempt = 0; attempt < 3; attempt++)
      await worker.next('disconnected', ({ kind }) => kind === 'unreachable')
    await house.router.start()
    await worker.reached('idle')
    // It was never connected, so it was not reconnecting either.
    expect(worker.states).toEqual(['idle'])
  })

  it('does not begin with certificates that cannot be read', async () => {
    await using house = await House.open()
    const extraCaFile = join(house.folder, 'no-such-file.pem')
    const worker = await house.start({ extraCaFile, ...withoutClaude })
    await expect(worker.ended).rejects.toThrow(UsageError)
    await expect(worker.ended).rejects.toThrow(
      `NODE_EXTRA_CA_CERTS names ${extraCaFile}, which cannot be read (ENOENT)`,
    )
    expect(worker.events.all).toEqual([])
  })
})
