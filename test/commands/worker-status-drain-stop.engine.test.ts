import { expect, it } from 'vitest'
import type { StatusDocument } from '../../src/cli/fleet/status/status-document.ts'
import { Gate } from '../../src/dev/echo-model.ts'
import { describeEngine, docker } from '../support/engine.ts'
import { FleetOnTrial } from '../support/fleet-on-trial.ts'
import { text } from '../support/job-parts.ts'
import { readDocument } from '../support/json-documents.ts'
import { runAs } from '../support/run-as.ts'

/** The fleet's status. */
async function statusOf(
  fleet: FleetOnTrial,
  ...flags: readonly string[]
): Promise<StatusDocument & { code: number | null }> {
  const { code, stdout } = await fleet.auxot(['worker', 'status', '--json', ...flags])
  return { ...readDocument<StatusDocument>(stdout, 'auxot.worker.status/v1'), code }
}

/** A worker, whose name follows that of its fleet. */
function nameOf({ name }: FleetOnTrial, slot: number): string {
  return `${name}-${slot}`
}

describeEngine('a fleet in containers', () => {
  it('shows who is busy and who is idle, lets them leave, and is brought back by scale', async () => {
    await using fleet = await FleetOnTrial.open()
    await fleet.scale(3, '--linger', '0s')
    const gate = new Gate()
    fleet.model.script({ blocks: [text('one two')], gate })
    const job = fleet.ask('count')
    await gate.reached()
    const full = await statusOf(fleet)
    expect(full).toMatchObject({
      code: 0,
      router: { reachable: true, workers: 3, slots: 3, busy: 1, available: 2 },
      fleet: { name: fleet.name, backend: 'docker', desired: 3, actual: 3, ready: 3, outdated: 0 },
      summary: { idle: 2, busy: 1 },
      warnings: [],
    })
    const busy = full.workers.find(({ state }) => state === 'busy')
    expect(busy).toMatchObject({ upToDate: true, job: { id: job.jobId }, claude: { auth: { kind: 'oauth-token' } } })

    const ifIdle = await fleet.auxot(['worker', 'drain', '--all', '--if-idle', '--wait'])
    expect(ifIdle.code).toBe(3)
    expect(ifIdle.stdout).toBe('2 workers have left, 1 worker stays.\n')
    const one = await statusOf(fleet)
    expect(one).toMatchObject({ fleet: { desired: 3, actual: 1, ready: 1 }, summary: { busy: 1, stopped: 2 } })
    expect(one.warnings.map(({ code }) => code)).toEqual(['FLEET_INCOMPLETE'])

    await using drain = fleet.start(['worker', 'drain', `${busy?.id}`, '--wait', '--json'])
    await drain.line(/draining \(job/)
    gate.open()
    expect(await job.done).toMatchObject({ kind: 'complete' })
    expect(await drain.ended).toMatchObject({ code: 0 })
    expect(await statusOf(fleet, '--wait', 'workers=0')).toMatchObject({ code: 0, summary: { stopped: 3 } })
    const policies = (await fleet.containers()).map(({ State, HostConfig }) => [
      State.Running,
      HostConfig.RestartPolicy?.Name,
    ])
    expect(policies).toEqual([1, 2, 3].map(() => [false, 'no']))
    expect(await fleet.scale(3, '--linger', '0s')).toMatchObject({ converged: true, after: 3 })
    expect(await statusOf(fleet, '--wait', 'idle')).toMatchObject({ code: 0, summary: { idle: 3, stopped: 0 } })
  })

  it('has workers that say nothing, which stop ends and drain does not', async () => {
    await using fleet = await FleetOnTrial.open()
    await fleet.scale(2)
    const [first, second] = await fleet.containers()
    await docker.getContainer(`${first?.Id}`).pause()
    const { workers, summary } = await statusOf(fleet)
    expect(summary).toMatchObject({ unhealthy: 1, idle: 1 })
    expect(workers[0]).toMatchObject({ id: nameOf(fleet, 1), state: 'unhealthy', reason: 'its container is paused' })
    const drained = await fleet.auxot(['worker', 'drain', nameOf(fleet, 1)])
    expect([drained.code, drained.stderr]).toEqual([
      3,
      `! ${nameOf(fleet, 1)} stays: it gives no answer (its container is paused)\n`,
    ])
    const scaled = await fleet.auxot(['worker', 'scale', '2', '--timeout', '2m'])
    expect(scaled.code).toBe(3)
    expect(scaled.stderr).toContain('its container is paused')
    await docker.getContainer(`${first?.Id}`).unpause()
    const stopped = await fleet.auxot(['worker', 'stop', `${first?.Id.slice(0, 12)}`, nameOf(fleet, 2), '--wait'])
    expect([stopped.code, stopped.stdout]).toEqual([0, '2 workers have left.\n'])
    expect(second?.Id).not.toBe(first?.Id)
  })

  it('has a worker whose process hangs, which stop --force ends without the half hour of its last job', async () => {
    await using fleet = await FleetOnTrial.open()
    await fleet.scale(1)
    const [info] = await fleet.containers()
    const container = docker.getContainer(`${info?.Id}`)
    // The init process goes on, and passes a TERM on to what cannot hear it.
    await runAs(container, 'auxot', [
      'sh',
      '-c',
      'for child in $(cat /proc/1/task/1/children); do kill -STOP "$child"; done',
    ])
    const stopped = await fleet.auxot(['worker', 'stop', '--all', '--force', '--wait', '--timeout', '1m'])
    expect([stopped.code, stopped.stdout]).toEqual([0, '1 worker has left.\n'])
    expect((await fleet.containers()).map(({ State }) => State.ExitCode)).toEqual([137])
  })
})
