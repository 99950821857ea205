import Dockerode, { type ContainerCreateOptions } from 'dockerode'
import { describe, expect, it } from 'vitest'
import { DockerFleet } from '../../../src/fleet/drivers/docker/docker-fleet.ts'
import { isNameTaken } from '../../../src/fleet/drivers/docker/missing.ts'
import { fitFor } from '../../../src/fleet/drivers/docker/podman-ways.ts'
import { startFakeEngine } from '../../support/fake-engine.ts'

/** What of a worker's container is made otherwise. */
const options: ContainerCreateOptions = {
  Image: 'worker',
  HostConfig: {
    Memory: 1,
    NetworkMode: 'bridge',
    ExtraHosts: ['host.docker.internal:host-gateway'],
    RestartPolicy: { Name: 'unless-stopped' },
    Tmpfs: { '/tmp': 'rw,size=1g', '/run/auxot': 'rw,uid=10001,gid=10001' },
  },
}

const bridge = { IPAM: { Config: [{ Subnet: '10.88.0.0/16', Gateway: '10.88.0.1' }] } }

/** The options as an engine is given them that says this of itself. */
async function madeFor(version: object, networks: object = { '/networks/bridge': bridge }) {
  const answers = { '/version': { ApiVersion: '1.41', ...version }, ...networks }
  await using engine = await startFakeEngine(answers)
  const fitted = await fitFor(new Dockerode({ socketPath: engine.socketPath }))
  return await fitted(options)
}

const podman = (version: string) => ({ Components: [{ Name: 'Podman Engine', Version: version }] })

describe('the container of a worker', () => {
  it.each([
    ['Docker', { Components: [{ Name: 'Engine', Version: '20.10.24' }] }],
    ['an engine that says nothing of its parts', {}],
    ['an engine that has none', { Components: null }],
  ])('is made for %s as it is meant', async (_, version) => {
    expect(await madeFor(version)).toEqual(options)
  })

  const ownerless = { '/tmp': 'rw,size=1g' }
  const fixed = { ...options.HostConfig, RestartPolicy: { Name: 'on-failure' }, Tmpfs: ownerless }

  it('has no tmpfs with an owner in Podman 4.3, a policy that can stay, and the gateway for the host', async () => {
    const ExtraHosts = ['host.docker.internal:10.88.0.1']
    expect(await madeFor(podman('4.3.1'))).toEqual({ Image: 'worker', HostConfig: { ...fixed, ExtraHosts } })
  })

  it('is left to be refused in Podman 4.3 where its network is not there', async () => {
    expect(await madeFor(podman('4.3.1'), {})).toEqual({ Image: 'worker', HostConfig: fixed })
  })

  it('has the host’s own name in Podman 5.0, which knows it', async () => {
    expect(await madeFor(podman('5.0.9'))).toEqual({ Image: 'worker', HostConfig: fixed })
  })

  it.each(['5.1.0-rc1', '5.10.0', '6.0.0'])('has its own policy in Podman %s, which can change it', async (version) => {
    const { HostConfig } = await madeFor(podman(version))
    expect(HostConfig).toEqual({ ...options.HostConfig, Tmpfs: { '/tmp': 'rw,size=1g' } })
  })
})

describe('a name that is taken', () => {
  const inPodman = `creating container storage: the container name "auxot-default-lock" is already in use by 38387e643d67. You have to remove that container to be able to reuse that name: that name is already in use`

  it.each([
    [
      'Docker',
      409,
      'Conflict. The container name "/auxot-default-lock" is already in use by container "38387e643d67".',
    ],
    ['Podman', 500, inPodman],
  ])('is known by what %s answers', (_, statusCode, message) => {
    expect(isNameTaken(Object.assign(new Error(message), { statusCode }))).toBe(true)
  })

  it('is not every failure', () => {
    expect(isNameTaken(Object.assign(new Error('no space left on device'), { statusCode: 500 }))).toBe(false)
  })
})

describe('of the volumes that an engine gives, which may have only one of the labels that were asked for,', () => {
  const volume = (Name: string, Labels: object) => ({ Name, Labels: { 'com.auxot.managed': 'true', ...Labels } })
  const Volumes = [
    volume('mine', { 'com.auxot.fleet': 'one', 'com.auxot.slot': '1' }),
    volume('my-record', { 'com.auxot.fleet': 'one', 'com.auxot.desired': '1' }),
    volume('of-another', { 'com.auxot.fleet': 'two', 'com.auxot.slot': '1' }),
    volume('of-nobody', {}),
    { Name: 'without-labels', Labels: null },
  ]
  const gone = (response: { writeHead(code: number): { end(): void } }) => response.writeHead(204).end()
  const answers = { '/volumes': { Volumes }, '/containers/json': [], '/volumes/mine': gone }

  it('only those are removed that members of the fleet left behind', async () => {
    await using engine = await startFakeEngine(answers)
    await new DockerFleet(new Dockerode({ socketPath: engine.socketPath })).removeLeftovers('one')
    const removals = engine.requests.filter((request) => request.startsWith('DELETE'))
    expect(removals).toEqual(['DELETE /volumes/mine'])
  })

  it('only records tell of a fleet', async () => {
    await using engine = await startFakeEngine(answers)
    const fleet = new DockerFleet(new Dockerode({ socketPath: engine.socketPath }))
    expect(await fleet.fleets()).toEqual(['one'])
  })
})
