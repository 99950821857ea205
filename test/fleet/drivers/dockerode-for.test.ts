import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { dockerodeFor } from '../../../src/fleet/drivers/dockerode-for.ts'
import { startFakeEngine } from '../../support/fake-engine.ts'

const before = { ...process.env }
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-certs-'))
})
afterEach(() => {
  process.env = { ...before }
  rmSync(folder, { recursive: true })
})

it('goes its way although the environment names files that are not there, and leaves the environment as it was', async () => {
  await using fake = await startFakeEngine({ '/containers/json': [{ Id: 'one' }] })
  process.env.DOCKER_HOST = 'tcp://127.0.0.1:1'
  process.env.DOCKER_CERT_PATH = folder
  const engine = await dockerodeFor({ kind: 'socket', path: fake.socketPath })
  expect(await engine.listContainers()).toEqual([{ Id: 'one' }])
  expect(process.env.DOCKER_HOST).toBe('tcp://127.0.0.1:1')
})

it.each(['ca', 'cert'] as const)('takes no %s.pem that holds no certificate', async (name) => {
  const tls = { skipsVerify: false, key: 'a key', [name]: 'nonsense' }
  await expect(dockerodeFor({ kind: 'tcp', host: 'build', port: 2376, tls })).rejects.toThrow(
    `The ${name}.pem for the Docker engine holds no certificate`,
  )
})
