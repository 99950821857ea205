import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DockerImages } from '../../../src/fleet/drivers/docker/docker-images.ts'
import { engineEvents } from '../../../src/fleet/image/engine-events.ts'
import type { PulledLayers } from '../../../src/fleet/image/pull-image.ts'
import { dockerLogins } from '../../../src/fleet/registry/registry-login.ts'
import { docker, whyNoEngine } from '../../support/engine.ts'
import { type Registry, startRegistry, whyNoRegistry } from '../../support/registry.ts'

const reason = whyNoEngine ?? whyNoRegistry
if (reason && process.env.CI === 'true') throw new Error(`${reason}, and CI must fetch an image from a real one`)

const signal = new AbortController().signal

/** What the engine is told to do, seen to its end. */
async function done(events: NodeJS.ReadableStream): Promise<void> {
  for await (const { error } of engineEvents<{ error?: string }>(events as Readable)) if (error) throw new Error(error)
}

/** An image of two layers, made at the engine. */
async function makeImage(name: string): Promise<void> {
  const context = pack()
  context.entry({ name: 'Dockerfile' }, 'FROM scratch\nCOPY one /\nCOPY two /\nLABEL com.auxot.version="7.7.7"\n')
  context.entry({ name: 'one' }, `${name} one`)
  context.entry({ name: 'two' }, `${name} two`)
  context.finalize()
  await done(await docker.buildImage(Readable.from(context), { t: name }))
}

describe.skipIf(reason)(
  reason === undefined ? 'an image in a real registry' : `an image in a registry: ${reason}`,
  () => {
    let registry: Registry
    let folder: string
    let name: string
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'auxot-logins-'))
      registry = await startRegistry()
      name = `${registry.host}/team/worker:1`
      await makeImage(name)
      const { host: serveraddress, username, password } = registry
      const image = docker.getImage(name)
      await done(await image.push({ authconfig: { serveraddress, username, password } }))
      await image.remove()
    })
    afterAll(async () => {
      await registry?.[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    })

    /** The engine's images for somebody who has logged in like this. */
    const imagesAs = (login: string) => {
      const auth = Buffer.from(login).toString('base64')
      writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }))
      return new DockerImages(docker, dockerLogins(folder))
    }

    it('is fetched with the docker command’s login, layer for layer', async () => {
      const images = imagesAs(`${registry.username}:${registry.password}`)
      const told: PulledLayers[] = []
      try {
        const { labels } = await images.pull({ name, onLayers: (layers) => void told.push(layers), signal })
        expect(labels['com.auxot.version']).toBe('7.7.7')
        expect(told.at(-1)).toEqual({ done: 2, total: 2 })
        expect(await images.find(name)).toMatchObject({ labels })
      } finally {
        await docker.getImage(name).remove()
      }
    })

    it('is not fetched without a login, or with a wrong one', async () => {
      const pull = (images: DockerImages) => images.pull({ name, onLayers: () => {}, signal })
      const refused = { code: 'REGISTRY_DENIED', exit: 'noBackend' }
      await expect(pull(new DockerImages(docker, async () => undefined))).rejects.toMatchObject(refused)
      await expect(pull(imagesAs('ci:wrong'))).rejects.toMatchObject(refused)
    })

    it('that is not there is said to be missing', async () => {
      const images = imagesAs(`${registry.username}:${registry.password}`)
      const other = `${registry.host}/team/other:1`
      await expect(images.pull({ name: other, onLayers: () => {}, signal })).rejects.toMatchObject({
        code: 'IMAGE_MISSING',
        exit: 'noBackend',
      })
    })
  },
)
