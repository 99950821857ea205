import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { startDevRouter } from '../../src/dev/dev-router.ts'
import { startEchoModel } from '../../src/dev/echo-model.ts'
import type { Bench } from '../support/bench.ts'
import { adopt } from '../support/children.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { inRounds } from '../support/rounds.ts'
import { auxotEnvironment, auxotProgram, WorkerStack } from '../support/worker-stack.ts'

/** How long the command line takes to do something. */
export const startUp: Measure = {
  name: 'start-up',
  about: 'the command line against "node -e 0", and a worker until the router has it',
  run,
}

async function run(bench: Bench): Promise<readonly Series[]> {
  const readings = new Readings()
  await using model = await startEchoModel()
  await using router = await startDevRouter({ dialect: 'public' })
  const env = auxotEnvironment(bench, { router, modelUrl: model.url })
  const commands = [
    { id: 'start/node', what: 'node -e 0', argv: ['-e', '0'] },
    { id: 'start/version', what: 'auxot --version', argv: [auxotProgram, '--version'] },
    // The command comes with the fleet.
    ...(has('worker:status')
      ? [{ id: 'start/status', what: 'auxot worker status --json', argv: [auxotProgram, 'worker', 'status', '--json'] }]
      : []),
  ]
  await inRounds(bench, async ({ isWarmUp }) => {
    for (const { argv, ...of } of commands) {
      const ms = await timeToExit(argv, env)
      if (!isWarmUp) readings.add(of, ms)
    }
    const startedAtMs = performance.now()
    await using _worker = await WorkerStack.start(bench, model.url, ['--warm', '0'])
    const ms = performance.now() - startedAtMs
    if (!isWarmUp) readings.add({ id: 'start/worker', what: 'auxot worker start, until the router has it' }, ms)
  })
  return readings.series
}

async function timeToExit(argv: readonly string[], env: Record<string, string>): Promise<number> {
  const startedAtMs = performance.now()
  await once(adopt(spawn(process.execPath, argv, { env, stdio: 'ignore' })), 'exit')
  return performance.now() - startedAtMs
}

function has(command: string): boolean {
  const manifest = readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8')
  return command in (JSON.parse(manifest) as { commands: object }).commands
}
