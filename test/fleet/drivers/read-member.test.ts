import type { ContainerInspectInfo } from 'dockerode'
import { describe, expect, it } from 'vitest'
import { memberFrom } from '../../../src/fleet/drivers/docker/read-member.ts'
import type { WorkerReport } from '../../../src/protocol/control-answers.ts'

const nowMs = Date.parse('2026-01-01T12:00:00Z')
const created = '2026-01-01T11:59:49Z'
const running = { Status: 'running', Running: true, StartedAt: '2026-01-01T11:59:50Z', ExitCode: 0 }

/** A container as the engine tells of it, as far as that is read. */
function container(state: object, more: { name?: string; restarts?: number; policy?: string } = {}) {
  const { name = '/auxot-default-3', restarts = 0, policy = 'unless-stopped' } = more
  return {
    Id: 'c3',
    Name: name,
    Image: 'sha256:1',
    Created: created,
    RestartCount: restarts,
    State: { Paused: false, Restarting: false, OOMKilled: false, Error: '', ...state },
    Config: { Labels: { 'com.auxot.fleet': 'default', 'com.auxot.slot': '3', 'com.auxot.config-hash': 'h' } },
    HostConfig: { RestartPolicy: { Name: policy } },
  } as unknown as ContainerInspectInfo
}

const report = (state: string, facts: object = {}) => ({ state, version: '1.0.0', ...facts }) as WorkerReport

describe('a container and its worker as a member of the fleet', () => {
  it.each([
    ['its worker’s own state', running, report('busy'), { state: 'busy' }],
    ['why the worker is away', running, report('rate_limited', { until: 'noon' }), { reason: 'until noon' }],
    ['a state of a newer worker', running, report('dancing'), { state: 'unhealthy' }],
    [
      'a health check that fails',
      { ...running, Health: { Status: 'unhealthy' } },
      report('idle'),
      { state: 'unhealthy' },
    ],
    ['one that has just begun', running, undefined, { state: 'starting' }],
    ['one that says nothing', { ...running, StartedAt: '2026-01-01T11:00:00Z' }, undefined, { state: 'unhealthy' }],
    ['a pause', { ...running, Paused: true }, undefined, { state: 'unhealthy', reason: 'its container is paused' }],
    ['an end', { Status: 'exited', ExitCode: 137 }, undefined, { state: 'stopped', reason: 'it ended with 137' }],
    ['a leaving', { Status: 'exited', ExitCode: 0 }, undefined, { state: 'stopped', reason: 'it has left' }],
    ['want of memory', { Status: 'exited', OOMKilled: true }, undefined, { reason: 'it was ended for want of memory' }],
    ['a restart', { ...running, Restarting: true, ExitCode: 1 }, undefined, { state: 'crash_loop' }],
    ['one never started', { Status: 'created' }, undefined, { state: 'stopped', isHalfMade: true }],
    [
      'one whose start the engine did not see to its end',
      { ...running, StartedAt: '0001-01-01T00:00:00Z' },
      undefined,
      { state: 'starting', isHalfMade: false, startedAt: created },
    ],
  ])('shows %s', (_, state, said, facts) => {
    expect(memberFrom(container(state), said, nowMs)).toMatchObject({ name: 'default-3', slot: 3, ...facts })
  })

  it('shows one that was started again and again and says nothing as a loop', () => {
    expect(memberFrom(container(running, { restarts: 2 }), undefined, nowMs).state).toBe('crash_loop')
    expect(memberFrom(container(running, { restarts: 2 }), report('idle'), nowMs).state).toBe('idle')
  })

  it('knows a successor by its name, and one that does not come back by its restart policy', () => {
    const one = memberFrom(container(running, { name: '/auxot-default-3-next', policy: 'no' }), report('idle'), nowMs)
    expect(one).toMatchObject({ isSuccessor: true, comesBack: false, configHash: 'h', version: '1.0.0' })
    // As in a Podman that cannot change the policy.
    expect(memberFrom(container(running, { policy: 'on-failure' }), report('idle'), nowMs)).toMatchObject({
      comesBack: true,
    })
  })
})
