import { afterEach, beforeAll, expect, it } from 'vitest'
import { enginePlacesFrom } from '../../../src/cli/fleet/engine-places.ts'
import { chooseSources } from '../../../src/cli/fleet/logs/choose-sources.ts'
import type { LogLine } from '../../../src/fleet/drivers/logs/log-line.ts'
import { WorkerLogs } from '../../../src/fleet/drivers/logs/worker-logs.ts'
import { baseImage } from '../../support/base-image.ts'
import { describeEngine, docker } from '../../support/engine.ts'

describeEngine('the logs of workers on a real engine', () => {
  const fleet = `logs-${process.pid}`
  const made = new Set<string>()
  const everything = { fleet, wants: () => true }
  const never = new AbortController().signal
  let image: string
  beforeAll(async () => {
    image = await baseImage()
  })
  afterEach(async () => {
    for (const id of made) await docker.getContainer(id).remove({ force: true })
    made.clear()
  })

  /** A container as a fleet's worker, with a shell's lines for the worker. */
  async function make(slot: number, script: string) {
    const container = await docker.createContainer({
      name: `auxot-${fleet}-${slot}`,
      Image: image,
      Cmd: ['sh', '-c', script],
      Labels: { 'com.auxot.managed': 'true', 'com.auxot.fleet': fleet, 'com.auxot.slot': `${slot}` },
      HostConfig: { NetworkMode: 'none' },
    })
    made.add(container.id)
    return container
  }

  async function run(slot: number, script: string) {
    const container = await make(slot, script)
    await container.start()
    await container.wait()
    return container
  }

  const shown = ({ source, text }: LogLine) => `${source.worker.replace(fleet, 'it')} ${text}`

  async function history(wish: Partial<Parameters<WorkerLogs['history']>[0]> = {}) {
    const logs = await WorkerLogs.open(enginePlacesFrom(process.env))
    const lines: LogLine[] = []
    for await (const line of logs.history({ ...everything, ...wish }, never)) lines.push(line)
    return lines
  }

  it('are merged by time, whoever wrote them and wherever', async () => {
    const first = await make(1, 'trap "printf three >&2; exit" TERM; echo one; while :; do sleep 0.05; done')
    await first.start()
    await expect.poll(async () => (await history()).map(shown), { timeout: 20_000 }).toEqual(['it-1 one'])
    await run(2, 'echo two')
    await first.stop({ t: 60 })
    const lines = await history()
    expect(lines.map(shown)).toEqual(['it-1 one', 'it-2 two', 'it-1 three'])
    expect(lines.map(({ stream }) => stream)).toEqual(['stdout', 'stdout', 'stderr'])
    const moments = lines.map(({ moment }) => moment)
    expect(moments).toEqual(moments.toSorted())
    const sinceMs = Date.parse(`${moments[1]?.slice(0, 23)}Z`)
    expect((await history({ sinceMs })).map(shown)).toEqual(['it-2 two', 'it-1 three'])
    expect(await history({ sinceMs: Date.now() + 60_000 })).toEqual([])
  })

  it('come in whole lines, however long, and in the letters in which they were written', async () => {
    await run(
      1,
      'head -c 40000 /dev/zero | tr "\\0" x; printf "\\303\\244\\n"; yes ä | head -n 20000 | tr -d "\\n"; echo; echo end',
    )
    const texts = (await history()).map(({ text }) => text)
    expect(texts).toEqual([`${'x'.repeat(40_000)}ä`, 'ä'.repeat(20_000), 'end'])
  })

  it('of a container that was never started are empty', async () => {
    await make(1, 'echo no')
    expect(await history()).toEqual([])
  })

  it('go on with what starts later and what starts again, each line once', async () => {
    const first = await run(1, 'echo a run of one')
    const gate = new AbortController()
    const logs = await WorkerLogs.open(enginePlacesFrom(process.env))
    const lines: string[] = []
    const until = async (count: number) => {
      await expect
        .poll(() => lines.length, { timeout: 20_000, message: lines.join(', ') })
        .toBeGreaterThanOrEqual(count)
    }
    const reading = (async () => {
      for await (const line of logs.follow(everything, gate.signal)) lines.push(shown(line))
    })()
    await until(1)
    await first.start()
    await until(2)
    const second = await make(2, 'for i in 1 2 3 4 5; do echo $i; done; sleep 1000')
    await second.start()
    await until(7)
    await first.start()
    await until(8)
    gate.abort()
    await reading
    expect(lines).toEqual([
      'it-1 a run of one',
      'it-1 a run of one',
      ...[1, 2, 3, 4, 5].map((i) => `it-2 ${i}`),
      'it-1 a run of one',
    ])
  })

  it('of one worker go on with the one that takes its place', async () => {
    const first = await run(1, 'echo first')
    await run(2, 'echo other')
    const logs = await WorkerLogs.open(enginePlacesFrom(process.env))
    const wants = chooseSources(`${fleet}-1`, await logs.sources(fleet))
    const gate = new AbortController()
    const lines: string[] = []
    for await (const line of logs.follow({ fleet, wants }, gate.signal)) {
      lines.push(shown(line))
      if (lines.length === 1) {
        await first.remove()
        made.delete(first.id)
        await run(1, 'echo its heir')
      } else gate.abort()
    }
    expect(lines).toEqual(['it-1 first', 'it-1 its heir'])
  })
})
