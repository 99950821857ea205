import Dockerode from 'dockerode'
import { describe, expect, it } from 'vitest'
import { DockerFleet } from '../../../src/fleet/drivers/docker/docker-fleet.ts'
import { startFakeEngine } from '../../support/fake-engine.ts'

/** Starts a container at an engine that answers the start with this. */
async function started(status: number, message: string): Promise<void> {
  await using engine = await startFakeEngine({
    '/containers/one/json': { HostConfig: { RestartPolicy: { Name: 'unless-stopped' } } },
    '/containers/one/start': (response) => void response.writeHead(status).end(JSON.stringify({ message })),
  })
  await new DockerFleet(new Dockerode({ socketPath: engine.socketPath })).start('one')
}

describe('starting a container', () => {
  it('is done where it runs already', async () => {
    await expect(started(304, '')).resolves.toBeUndefined()
  })

  it('fails with the words of the engine where something that it needs is missing', async () => {
    await expect(started(404, 'network nosuch not found')).rejects.toMatchObject({
      exit: 'noBackend',
      message: 'The Docker engine refused to start a worker: network nosuch not found',
    })
  })
})
