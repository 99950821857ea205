import { afterAll, beforeAll, expect, it } from 'vitest'
import { enginePlacesFrom } from '../../../src/cli/fleet/engine-places.ts'
import { engineErrorFrom } from '../../../src/fleet/drivers/engine-errors.ts'
import { openEngine } from '../../../src/fleet/drivers/open-engine.ts'
import { baseImage } from '../../support/base-image.ts'
import { describeEngine, docker } from '../../support/engine.ts'

describeEngine('a real engine', () => {
  const name = `auxot-open-engine-${process.pid}`
  let image: string
  beforeAll(async () => {
    image = await baseImage()
    await docker.createContainer({ name, Image: image, Cmd: ['true'] })
  })
  afterAll(async () => {
    await docker.getContainer(name).remove({ force: true })
  })

  /** What is said of something that fails. */
  async function told(failing: Promise<unknown>) {
    const error = await failing.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    const { code, message } = engineErrorFrom(error, 'do it')
    return { code, message }
  }

  it('is found where the environment says, and opened', async () => {
    const engine = await openEngine(enginePlacesFrom(process.env))
    const [found] = await engine.listContainers({ all: true, filters: { name: [name] } })
    expect(found?.Names).toEqual([`/${name}`])
  })

  it('says that a name is taken, and by which container', async () => {
    const { Id: id } = await docker.getContainer(name).inspect()
    expect(await told(docker.createContainer({ name, Image: image, Cmd: ['true'] }))).toEqual({
      code: 'NAME_TAKEN',
      message: `The name ${name} is taken by another container (${id.slice(0, 12)})`,
    })
  })

  it('says that an image is not there', async () => {
    expect(await told(docker.createContainer({ Image: 'auxot-nowhere:1' }))).toEqual({
      code: 'IMAGE_MISSING',
      message: 'The Docker engine has no image auxot-nowhere:1',
    })
  })
})
