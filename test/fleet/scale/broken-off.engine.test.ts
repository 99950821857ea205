import { expect, it } from 'vitest'
import { describeEngine, docker } from '../../support/engine.ts'
import { FleetOnTrial } from '../../support/fleet-on-trial.ts'

/** What the engine tells of the fleet's containers, until the test has seen what it waits for. */
async function untilCreated(fleet: FleetOnTrial, count: number): Promise<void> {
  while ((await fleet.containers()).length < count) await new Promise((resolve) => setImmediate(resolve))
}

describeEngine('auxot worker scale, broken off', () => {
  it.each([1, 2, 3])('by a kill while container %d is made, leaves what the next one puts right', async (count) => {
    await using fleet = await FleetOnTrial.open()
    await using first = fleet.start(['worker', 'scale', '4'])
    await untilCreated(fleet, count)
    first.signal('SIGKILL')
    await first.ended
    // The lock went with its holder.
    const repaired = await fleet.scale(4, '--lock-wait', '10s')
    expect(repaired).toMatchObject({ after: 4, converged: true })
    expect(await fleet.slots()).toEqual([1, 2, 3, 4])
    const filters = { label: [`com.auxot.fleet=${fleet.name}`, 'com.auxot.slot'] }
    expect((await docker.listVolumes({ filters })).Volumes).toHaveLength(4)
    expect(await fleet.scale(4)).toMatchObject({ changed: false })
  })

  it('by Ctrl-C tells how far it came, ends with 130, and the next one goes on', async () => {
    await using fleet = await FleetOnTrial.open()
    await using first = fleet.start(['worker', 'scale', '3', '--json'])
    await first.line(/started/)
    first.signal('SIGINT')
    const { code, stdout } = await first.ended
    expect(code).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'auxot.worker.scale/v1', converged: false, requested: 3 })
    expect(await fleet.scale(3)).toMatchObject({ after: 3, converged: true })
  })

  it('by its time limit ends with 124 and what was begun until then', async () => {
    await using fleet = await FleetOnTrial.open()
    // A router that nobody can reach.
    const { code, stdout } = await fleet.auxot(['worker', 'scale', '1', '--json', '--timeout', '3s'], {
      AUXOT_ROUTER_URL: 'ws://127.0.0.1:9',
    })
    expect(code).toBe(124)
    expect(JSON.parse(stdout)).toMatchObject({
      after: 1,
      converged: false,
      actions: [{ op: 'create', result: 'begun' }],
    })
  })

  it('in the middle of a replacement keeps the old one until the new one is there', async () => {
    await using fleet = await FleetOnTrial.open()
    await fleet.scale(1, '--linger', '0s', '--model', 'haiku')
    await using first = fleet.start(['worker', 'scale', '1', '--linger', '0s', '--model', 'opus'])
    await untilCreated(fleet, 2)
    first.signal('SIGKILL')
    await first.ended
    expect(fleet.router.workers.length).toBeGreaterThan(0)
    const repaired = await fleet.scale(1, '--linger', '0s', '--model', 'opus')
    expect(repaired).toMatchObject({ converged: true, after: 1 })
    expect((await fleet.containers()).map(({ Name }) => Name)).toEqual([`/auxot-${fleet.name}-1`])
    expect(fleet.router.workers.map(({ capabilities }) => capabilities?.model)).toEqual(['opus'])
  })

  it('refuses a name that a container of somebody else has, and makes nothing', async () => {
    await using fleet = await FleetOnTrial.open()
    const foreign = await docker.createContainer({ name: `auxot-${fleet.name}-1`, Image: fleet.image })
    try {
      const { code, stderr } = await fleet.auxot(['worker', 'scale', '1'])
      expect(code).toBe(7)
      expect(stderr).toContain(`auxot-${fleet.name}-1 is taken`)
      expect(stderr).not.toContain('    at ')
      const filters = { label: [`com.auxot.fleet=${fleet.name}`, 'com.auxot.slot'] }
      expect((await docker.listVolumes({ filters })).Volumes).toEqual([])
    } finally {
      await foreign.remove()
    }
  })
})
