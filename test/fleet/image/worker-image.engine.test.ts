import { beforeAll, expect, it } from 'vitest'
import { auxotVersion } from '../../../src/shared/version.ts'
import { baseImage } from '../../support/base-image.ts'
import { describeEngine, docker } from '../../support/engine.ts'
import { runShell } from '../../support/worker-container.ts'
import { type WorkerImage, workerImage } from '../../support/worker-image.ts'

const megabyte = 1e6

describeEngine("a worker's image", () => {
  let image: WorkerImage
  beforeAll(async () => {
    image = await workerImage()
  })

  it('says what it is and how it is run', async () => {
    const { Config } = await docker.getImage(image.id).inspect()
    expect(Config).toMatchObject({
      User: '',
      Entrypoint: ['node', '--max-semi-space-size=2', '/opt/auxot/bin/run.js'],
      Cmd: ['worker', 'start'],
      StopSignal: 'SIGTERM',
      Healthcheck: { Test: ['CMD', 'auxot-control', 'livez'], Interval: 30e9 },
      Labels: {
        'com.auxot.version': auxotVersion(),
        'com.auxot.claude-version': expect.stringMatching(/^\d+\.\d+\.\d+$/),
        'org.opencontainers.image.title': 'auxot worker',
        'org.opencontainers.image.version': auxotVersion(),
        'org.opencontainers.image.description': 'Serves the jobs of an Auxot router through Claude Code.',
        'org.opencontainers.image.licenses': 'MIT',
      },
    })
  })

  it('has the program of Claude Code once, and none of what it took to build it', async () => {
    const large = await runShell(image.id, 'find / -xdev -type f -size +50M')
    expect(large.trim().split('\n').sort()).toEqual(['/usr/local/bin/claude', '/usr/local/bin/node'])
    const left = 'find /tmp /root /var/cache /var/tmp -xdev -type f | sort'
    const [inBase, inImage] = await Promise.all([await baseImage(), image.id].map((id) => runShell(id, left)))
    expect(inImage).toBe(inBase)
  })

  it('has the Claude Code that its label names', async () => {
    const { Config } = await docker.getImage(image.id).inspect()
    const said = await runShell(image.id, '"$CLAUDE_PATH" --version')
    expect(said).toMatch(`${Config.Labels['com.auxot.claude-version']} (Claude Code)`)
  })

  it('has small layers above that of Claude Code, which does not change with auxot', async () => {
    const history: { readonly CreatedBy: string; readonly Size: number }[] = await docker.getImage(image.id).history()
    // The newest first.
    const of = (words: RegExp) => history.findIndex(({ CreatedBy }) => words.test(CreatedBy))
    const [own, packages, claude] = [
      /COPY dir:\w+ in \/opt\/auxot\//,
      /npm install --omit=dev/,
      /npm install --prefix/,
    ].map(of)
    expect([own, packages, claude]).toEqual([own, packages, claude].toSorted((a = 0, b = 0) => a - b))
    expect(own).toBeGreaterThan(0)
    const sizes = [own, packages, claude].map((index) => history[index ?? -1]?.Size ?? 0)
    expect(sizes[0]).toBeLessThan(5 * megabyte)
    expect(sizes[1]).toBeLessThan(40 * megabyte)
    const above = history.slice(0, claude).reduce((sum, { Size }) => sum + Size, 0)
    expect(above).toBeLessThan(50 * megabyte)
  })

  it('has code compiled ahead for root, as whom it begins', async () => {
    const listed = await runShell(image.id, 'ls /opt/auxot/cache/compile; ls /opt/auxot/cache/compile/*-0 | wc -l')
    const [root, count] = listed.trim().split('\n')
    expect(root).toMatch(/^v\d+.*-0$/)
    expect(Number(count)).toBeGreaterThan(100)
  })
})
