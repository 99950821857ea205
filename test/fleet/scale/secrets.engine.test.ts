import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Container } from 'dockerode'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { blocksOf, type Content } from '../../../src/dev/echo/messages-body.ts'
import { baseImage } from '../../support/base-image.ts'
import { Canaries } from '../../support/canaries.ts'
import { describeEngine, docker } from '../../support/engine.ts'
import { FleetOnTrial } from '../../support/fleet-on-trial.ts'
import { conversationOf } from '../../support/model-request.ts'
import { runAs } from '../../support/run-as.ts'
import { tracesIn } from '../../support/traces.ts'

const lookEverywhere = readFileSync(new URL('../../support/look-everywhere.pl', import.meta.url), 'utf8')
/** Of the program that asks the worker: it is in a layer of every image. */
const inEveryImage = 'usage: auxot-control REQUEST'

const { NODE_EXTRA_CA_CERTS } = process.env
/** What a build needs of this host. */
const buildEnv = NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS }
const isRoot = process.getuid?.() === 0

describeEngine('the secrets of a fleet', () => {
  const beganAtS = Math.floor(Date.now() / 1_000)
  let fleet: FleetOnTrial
  let container: Container
  let image: string
  let said: string

  beforeAll(async () => {
    fleet = await FleetOnTrial.open({
      router: { policy: { builtin_tools: ['Bash'] } },
      // It was the secret that was used.
      model: { acceptToken: (given) => given === fleet.canaries.token },
    })
    image = `auxot-test-secrets:${fleet.name}`
    const secrets = { AUXOT_GPU_KEY: fleet.canaries.workerKey, AUXOT_GPU_KEY_FILE: '' }
    const build = ['worker', 'image', '--image', image, '--build-arg', `BASE_IMAGE=${await baseImage()}`]
    const built = await fleet.auxot(build, { ...buildEnv, ...secrets })
    const scaled = await fleet.auxot([
      'worker',
      'scale',
      '1',
      '--image',
      image,
      '--tools',
      'Bash',
      '--log-level',
      'trace',
    ])
    expect([built.code, scaled.code], `${built.stderr}${scaled.stderr}`).toEqual([0, 0])
    said = [built, scaled].map(({ stdout, stderr }) => stdout + stderr).join('')
    const [first] = await fleet.containers()
    container = docker.getContainer(first?.Id ?? '')
  })
  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]()
    if (image) await docker.getImage(image).remove()
  })

  /** What each of them ends with stands in no other text. */
  function sought() {
    const { token, workerKey } = fleet.canaries
    return { token: token.slice(13), workerKey: workerKey.slice(13), inEveryImage }
  }

  function expectNoneIn(value: unknown, where: string): void {
    fleet.canaries.expectNoneIn(typeof value === 'string' ? value : JSON.stringify(value), where)
  }

  it('are in nothing that the engine or auxot tells', async () => {
    const info = await container.inspect()
    expectNoneIn(said, 'what auxot says')
    expectNoneIn(info, 'docker inspect')
    const label = [`com.auxot.fleet=${fleet.name}`]
    const { Volumes } = await docker.listVolumes({ filters: { label } })
    expect(Volumes.length).toBe(2)
    expectNoneIn(
      await Promise.all(Volumes.map(({ Name }) => docker.getVolume(Name).inspect())),
      'docker volume inspect',
    )
    expectNoneIn(await docker.getImage(image).inspect(), 'docker image inspect')
    expectNoneIn(await docker.getImage(image).history(), 'docker history')
    expectNoneIn(await container.top({ ps_args: '-eo pid,args' }), 'docker top')
    expectNoneIn(await container.changes(), 'docker diff')
    const logs = `${await container.logs({ stdout: true, stderr: true })}`
    expect(logs).toContain('connected to')
    expectNoneIn(logs, 'docker logs')
    const events = await docker.getEvents({ since: beganAtS, until: Math.ceil(Date.now() / 1_000) })
    const told = await text(events)
    expect(told).toContain(info.Id)
    expectNoneIn(told, 'docker events')
  })

  it('are in no layer of the image and nowhere in the container but in its volume', async () => {
    expect(await tracesIn(Readable.from(await docker.getImage(image).get()), sought())).toEqual(['inEveryImage'])
    expect(await tracesIn(Readable.from(await container.export()), sought())).toEqual(['inEveryImage'])
    const volume = await container.getArchive({ path: '/run/secrets' })
    expect(await tracesIn(Readable.from(volume), sought())).toEqual(['token', 'workerKey'])
  })

  it.skipIf(!isRoot && process.env.CI !== 'true')('are in no environment that root of this host can read', async () => {
    const { Processes } = await container.top({ ps_args: '-eo pid,args' })
    const environments = (Processes as string[][]).map(([pid, args]) => ({
      args,
      text: readFileSync(`/proc/${pid}/environ`, 'latin1'),
    }))
    const ofWorkerAndClaude = environments.filter(({ text }) => text.includes('HOME=/')).map(({ args }) => args)
    expect(ofWorkerAndClaude.join(' ')).toMatch(/run\.js worker start.*\/claude /)
    for (const { args, text } of environments) expectNoneIn(text, `the environment of ${args}`)
  })

  it('are found by no tool of a job, but for the token in Claude Code’s own memory', async () => {
    const planted = new Canaries().workerKey
    const plant = ['sh', '-c', `echo ${planted} >/tmp/planted`]
    await runAs(container, 'auxot', plant)
    const sleeper = await container.exec({ Cmd: ['sleep', '600'], User: 'auxot', Env: [`PLANTED=${planted}`] })
    await sleeper.start({ Detach: true })
    const found = await lookWithBash(fleet, [fleet.canaries.workerKey, fleet.canaries.token, planted])
    const placesOf = (n: number) =>
      found.flatMap((line) => (line.startsWith(`found ${n} in `) ? [line.slice(11).replace(/\d+ /, '')] : []))
    expect(placesOf(1)).toEqual([])
    expect(placesOf(2).filter((place) => place !== 'mem of /usr/local/bin/claude')).toEqual([])
    const isMemoryClosed = found.some((line) => line.startsWith('memory of others is closed'))
    const inMemory = isMemoryClosed ? [] : ['mem of /usr/bin/sleep']
    expect(placesOf(3)).toEqual(['environ of /usr/bin/sleep', 'file /tmp/planted', ...inMemory])
    expect(found.at(-1)).toMatch(/^looked at 3 answers, \d{9,} bytes, /)
  })
})

/** A job in which Claude Code's Bash tool looks for texts. Resolves to the lines that it came back with. */
async function lookWithBash({ model, router }: FleetOnTrial, texts: readonly string[]): Promise<string[]> {
  const backwards = texts.map((text) => [...text].reverse().join(''))
  const command = `perl - ${backwards.join(' ')} <<'LOOK'\n${lookEverywhere}\nLOOK`
  const input = { command, timeout: 300_000 }
  model.script({ blocks: [{ type: 'tool_use', id: 'toolu_look', name: 'Bash', input }] })
  const job = router.submit({ messages: [{ role: 'user', content: 'Look around' }] })
  expect(await job.done).toMatchObject({ kind: 'complete' })
  const [result] = conversationOf(model.requests.at(-1)?.body ?? { messages: [] }).at(-1)?.content ?? []
  expect(result).toMatchObject({ type: 'tool_result' })
  const [output] = blocksOf(result?.content as Content)
  return String(output?.text).trimEnd().split('\n')
}
