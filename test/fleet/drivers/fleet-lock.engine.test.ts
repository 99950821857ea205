import { execFile } from 'node:child_process'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lockName } from '../../../src/fleet/drivers/docker/names.ts'
import { describeEngine, docker } from '../../support/engine.ts'

describeEngine('the lock of a fleet on a real engine', () => {
  const fleet = `lock-${process.pid}`
  const image = `auxot-test-nothing:${process.pid}`
  beforeAll(async () => {
    const archive = pack()
    const content = buffer(archive)
    archive.entry({ name: 'nothing' }, '')
    archive.finalize()
    const [repo, tag] = image.split(':')
    // The types of dockerode know no promise of it.
    const answer = (await docker.importImage(Readable.from([await content]), { repo, tag })) as unknown as Readable
    for await (const _ of answer);
  })
  afterAll(async () => {
    await docker.getImage(image).remove()
  })

  /** What a program prints that tries to take the lock; it has to end by itself. */
  function tryToLock(): Promise<string> {
    const from = (path: string) => JSON.stringify(`${new URL(`../../../src/${path}`, import.meta.url)}`)
    const program = `const { openEngine } = await import(${from('fleet/drivers/open-engine.ts')})
      const { enginePlacesFrom } = await import(${from('cli/fleet/engine-places.ts')})
      const { takeLock } = await import(${from('fleet/drivers/docker/fleet-lock.ts')})
      const place = { docker: await openEngine(enginePlacesFrom(process.env)), fleet: '${fleet}', imageId: '${image}' }
      const options = { waitMs: 0, signal: new AbortController().signal, onWait: () => {} }
      await takeLock(place, options).catch(({ message }) => console.log(message))`
    return new Promise((resolve, reject) => {
      execFile(process.execPath, ['--input-type=module', '-e', program], { timeout: 60_000 }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      )
    })
  }

  it('that cannot be started is told of, in nobody’s way, and keeps no connection', async () => {
    expect(await tryToLock()).toContain('"cat": executable file not found')
    await expect(docker.getContainer(lockName(fleet)).inspect()).rejects.toMatchObject({ statusCode: 404 })
  })
})
