import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { baseImage } from '../support/base-image.ts'
import { describeEngine, docker } from '../support/engine.ts'
import { readDocument } from '../support/json-documents.ts'
import { runAuxot } from '../support/run-auxot.ts'
import { hostCa, workerImage } from '../support/worker-image.ts'

describeEngine('auxot worker image', () => {
  let base: string
  let folder: string
  let env: Record<string, string>
  const name = `auxot-test-image:${randomUUID()}`
  beforeAll(async () => {
    base = await baseImage()
    // Its layers are there: what is built here is built from them.
    await workerImage()
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'auxot-image-'))
    writeFileSync(join(folder, 'ca.pem'), hostCa() ?? '')
    env = {
      ...(process.env.DOCKER_HOST && { DOCKER_HOST: process.env.DOCKER_HOST }),
      ...(hostCa() !== undefined && { AUXOT_CA_FILE: join(folder, 'ca.pem') }),
    }
  })
  afterEach(async () => {
    rmSync(folder, { recursive: true })
    await docker
      .getImage(name)
      .remove({ noprune: true })
      .catch(() => {})
  })

  it('builds the image, and tells what came of it', async () => {
    const argv = ['worker', 'image', '--image', name, '--build-arg', `BASE_IMAGE=${base}`, '--json']
    const { code, stdout, stderr } = await runAuxot(argv, { env })
    expect(code, stderr).toBe(0)
    const steps = stderr.match(/^\+ image step \d+\/\d+ [A-Z]+ .* [\d.]+m?s$/gm) ?? []
    expect(steps.length).toBeGreaterThan(10)
    const document = readDocument<{ id: string; sizeBytes: number }>(stdout, 'auxot.worker.image/v1')
    const { Id, Size } = await docker.getImage(name).inspect()
    expect(document).toMatchObject({ name, id: Id, sizeBytes: Size })
  })

  it('that fails shows the failing step and what it printed, and leaves no image', async () => {
    const wrong = ['--build-arg', `BASE_IMAGE=${base}`, '--build-arg', 'CLAUDE_CODE_VERSION=0.0.0-none']
    const { code, stdout, stderr } = await runAuxot(['worker', 'image', '--image', name, ...wrong], { env })
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toMatch(/Error: The image could not be built: step \d+\/\d+ failed: RUN set -eu; /)
    expect(stderr).toContain('No matching version found for @anthropic-ai/claude-code@0.0.0-none.')
    await expect(docker.getImage(name).inspect()).rejects.toMatchObject({ statusCode: 404 })
  })

  it('on a base image without what it takes says so in one sentence', async () => {
    const bare = `auxot-test-bare:${randomUUID()}`
    await hideNode(bare)
    const argv = ['worker', 'image', '--image', name, '--build-arg', `BASE_IMAGE=${bare}`, '--quiet']
    const { code, stderr } = await runAuxot(argv, { env }).finally(() => docker.getImage(bare).remove())
    expect(code).toBe(7)
    expect(stderr).toContain(
      'The base image has no node: a worker needs a Debian, or the like, with Node.js, npm, perl and useradd.\n',
    )
  })
})

/** The base image again, with a PATH on which it does not find its Node.js. */
async function hideNode(name: string): Promise<void> {
  const container = await docker.createContainer({ Image: await baseImage(), Cmd: ['true'] })
  const [repo, tag] = name.split(':')
  await container.commit({ repo, tag, changes: 'ENV PATH=/bin' })
  await container.remove()
}
