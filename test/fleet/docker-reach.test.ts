import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { reachDocker } from '../../src/fleet/docker-reach.ts'
import { startFakeEngine } from '../support/fake-engine.ts'

const info = { MemTotal: 9 * 1_024 ** 3 }

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'auxot-reach-'))
})
afterEach(() => rmSync(home, { recursive: true }))

it('an engine is asked what it is', async () => {
  await using fake = await startFakeEngine({ '/info': info })
  expect(await reachDocker({ dockerHost: fake.host })).toEqual({
    kind: 'reached',
    at: fake.socketPath,
    apiVersion: '1.41',
    memoryBytes: info.MemTotal,
  })
})

it('an engine of a context is named with it', async () => {
  await using fake = await startFakeEngine({ '/info': info })
  const id = createHash('sha256').update('build').digest('hex')
  const folder = join(home, '.docker', 'contexts', 'meta', id)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'meta.json'), JSON.stringify({ Endpoints: { docker: { Host: fake.host } } }))
  const reach = await reachDocker({ dockerContext: 'build', home })
  expect(reach).toMatchObject({ kind: 'reached', at: `${fake.socketPath} (context "build")` })
})

it('whatever is wrong is a reason and a way out, never an error', async () => {
  await using fake = await startFakeEngine({ '/info': info })
  const gone = join(home, 'gone.sock')
  expect(await reachDocker({ dockerHost: `unix://${gone}` })).toEqual({
    kind: 'failed',
    reason: `there is no Docker engine at ${gone} (DOCKER_HOST)`,
    hint: 'Start it ("systemctl start docker", or Docker Desktop), or name another with DOCKER_HOST.',
  })
  expect(await reachDocker({ dockerContext: 'gone', home })).toMatchObject({
    reason: 'there is no Docker context "gone" (DOCKER_CONTEXT)',
  })
  fake.answers['/version'] = (response) => response.end('hello')
  expect(await reachDocker({ dockerHost: fake.host })).toEqual({
    kind: 'failed',
    reason: `what answers at ${fake.socketPath} is no Docker engine`,
  })
  fake.answers['/version'] = { ApiVersion: '1.39' }
  expect(await reachDocker({ dockerHost: fake.host })).toEqual({
    kind: 'failed',
    reason: `the Docker engine at ${fake.socketPath} speaks version 1.39 of the Docker API, and 1.41 is the oldest that will do`,
    hint: 'Install Docker 20.10 or newer, or Podman 4 or newer.',
  })
  fake.answers['/version'] = (response) => response.writeHead(500).end()
  expect(await reachDocker({ dockerHost: fake.host })).toMatchObject({
    reason: 'the Docker engine refused to say its version: /version was answered with 500',
  })
})
