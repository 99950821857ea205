import { expect, it } from 'vitest'
import { describeEngine, docker } from '../../support/engine.ts'
import { FleetOnTrial, type ScaleDocument } from '../../support/fleet-on-trial.ts'
import { readDocument } from '../../support/json-documents.ts'

const done = ({ actions }: { actions: readonly { op: string; worker: string; result?: string }[] }) =>
  actions.map(({ op, worker, result }) => `${op} ${worker.split('-')[1]} ${result}`)

describeEngine('auxot worker scale', () => {
  it('up makes workers that answer, a second time touches nothing, and down keeps the low numbers', async () => {
    await using fleet = await FleetOnTrial.open()
    const up = await fleet.scale(3)
    expect(up).toMatchObject({ before: 0, after: 3, changed: true, converged: true })
    expect(fleet.router.workers).toHaveLength(3)
    expect(await fleet.ask('hello').done).toMatchObject({ message: { full_response: 'Echo: hello' } })
    const runs = await fleet.runs()
    expect(await fleet.scale(3)).toMatchObject({ changed: false, converged: true, before: 3, after: 3 })
    expect(await fleet.runs()).toEqual(runs)
    expect(done(await fleet.scale(-1, '--linger', '31s'))).toEqual(['keep 1 kept', 'keep 2 kept', 'drain 3 gone'])
    expect(await fleet.slots()).toEqual([1, 2])
    expect(await fleet.scale(0)).toMatchObject({ before: 2, after: 0, converged: true })
    expect(await fleet.containers()).toEqual([])
    expect((await docker.listVolumes({ filters: { label: [`com.auxot.fleet=${fleet.name}`] } })).Volumes).toEqual([])
    expect(fleet.router.workers).toEqual([])
  })

  it('takes what was made from something else first, and leaves it alone with --recreate never', async () => {
    await using fleet = await FleetOnTrial.open()
    await fleet.scale(2, '--model', 'haiku', '--linger', '0s')
    const runs = await fleet.runs()
    const mixed = await fleet.scale(3, '--recreate', 'never', '--linger', '0s')
    expect(done(mixed)).toEqual(['keep 1 kept', 'keep 2 kept', 'create 3 ready'])
    expect((await fleet.runs()).slice(0, 2)).toEqual(runs)
    await fleet.scale(1, '--recreate', 'never', '--linger', '0s')
    expect(await fleet.slots()).toEqual([3])
  })

  it('replaces what was made from something else, one for one, and keeps their places and names', async () => {
    await using fleet = await FleetOnTrial.open()
    await fleet.scale(2, '--model', 'haiku', '--linger', '0s')
    const before = await fleet.containers()
    const seen = new Set<number>()
    const watch = setInterval(() => seen.add(fleet.router.workers.length), 20)
    const after = await fleet.scale(2, '--model', 'sonnet', '--linger', '0s')
    clearInterval(watch)
    expect(done(after)).toEqual(['replace 1 ready', 'replace 2 ready'])
    const reason = 'its settings are others: AUXOT_CLI_DEFAULT_MODEL haiku → default'
    expect(after.actions).toMatchObject([{ reason }, { reason }])
    const now = await fleet.containers()
    expect(now.map(({ Name }) => Name)).toEqual(before.map(({ Name }) => Name))
    expect(now.map(({ Id }) => Id)).not.toEqual(before.map(({ Id }) => Id))
    expect(Math.min(...seen)).toBe(2)
    expect(await fleet.scale(2, '--model', 'sonnet', '--linger', '0s')).toMatchObject({ changed: false })
    const { stdout } = await fleet.auxot(
      ['worker', 'scale', '2', '--dry-run', '--json', '--model', 'sonnet', '--linger', '0s'],
      { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-another-one' },
    )
    const { actions } = readDocument<ScaleDocument>(stdout, 'auxot.worker.scale/v1')
    expect(actions.map(({ reason }) => reason)).toEqual(Array(2).fill('its secrets or certificates are others'))
  })

  it('starts again what was killed, and a container that is started again still has its secrets', async () => {
    await using fleet = await FleetOnTrial.open()
    await fleet.scale(2)
    const [first, second] = await fleet.containers()
    await docker.getContainer(first?.Id ?? '').kill()
    const healed = await fleet.scale(2)
    expect(done(healed)).toEqual(['start 1 ready', 'keep 2 kept'])
    expect((await fleet.containers()).map(({ Id }) => Id)).toEqual([first?.Id, second?.Id])
    await docker.getContainer(second?.Id ?? '').restart()
    expect(await fleet.scale(2)).toMatchObject({ changed: false, converged: true })
  })

  it('shows a plan with --dry-run and changes nothing, and tells the size', async () => {
    await using fleet = await FleetOnTrial.open()
    const planned = await fleet.scale(2, '--dry-run')
    expect(planned.actions.map(({ op }) => op)).toEqual(['create', 'create'])
    expect(await fleet.containers()).toEqual([])
    await fleet.scale(1)
    expect((await fleet.auxot(['worker', 'scale'])).stdout).toContain(`${fleet.name}=1\n`)
    const { stdout } = await fleet.auxot(['worker', 'scale', '--json'])
    const { fleets } = readDocument<{ fleets: unknown[] }>(stdout, 'auxot.worker.fleets/v1')
    expect(fleets).toContainEqual({ name: fleet.name, desired: 1, actual: 1 })
  })

  it('of two at the same time one waits for the other, or gives up with 8', async () => {
    await using fleet = await FleetOnTrial.open()
    const both = await Promise.all([fleet.scale(2), fleet.scale(2)])
    expect(both.map(({ changed }) => changed).sort()).toEqual([false, true])
    expect(await fleet.slots()).toEqual([1, 2])
    await using first = fleet.start(['worker', 'scale', '3'])
    await first.line(/3 create/)
    const { code, stderr } = await fleet.auxot(['worker', 'scale', '4', '--lock-wait', '0s'])
    expect({ code, stderr }).toMatchObject({
      code: 8,
      stderr: expect.stringMatching(/is being changed by .+ \(process/),
    })
    expect((await first.ended).code).toBe(0)
  })

  it('ends with 4 at once where the router refuses the key, and says so', async () => {
    await using fleet = await FleetOnTrial.open()
    const { code, stdout } = await fleet.auxot(['worker', 'scale', '1', '--json', '--key-file', '-'])
    expect(code).toBe(2)
    expect(stdout).toContain('stdin')
    const refused = await fleet.auxot(['worker', 'scale', '1', '--json'], {
      AUXOT_GPU_KEY: 'adm_of-another-router-altogether',
      AUXOT_GPU_KEY_FILE: '',
    })
    expect(refused.code).toBe(4)
    expect(readDocument(refused.stdout, 'auxot.worker.scale/v1')).toMatchObject({
      converged: false,
      actions: [{ result: 'failed', state: 'auth_failed' }],
    })
  })
})
