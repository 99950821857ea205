import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { FleetOnTrial } from '../../test/support/fleet-on-trial.ts'
import type { Bench } from '../support/bench.ts'
import { adopt } from '../support/children.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { auxotProgram } from '../support/worker-stack.ts'

/** How long a fleet of ten takes to be there, to be looked at, and to go. */
export const fleet: Measure = {
  name: 'fleet',
  about: 'ten workers in containers: up, status, down; needs a Docker engine (AUXOT_TEST_BASE names a base image)',
  run,
}

const size = 10
const parkingMs = 6_000
/** A round takes half a minute. */
const mostRounds = 5

async function run(bench: Bench): Promise<readonly Series[]> {
  if (!(await isThere('docker', ['version']))) return []
  const readings = new Readings()
  const compose = await composeCommand()
  // It looks for an engine when it is loaded.
  const { FleetOnTrial: Fleet } = await import('../../test/support/fleet-on-trial.ts')
  await using fleet = await Fleet.open()
  for (let round = 1; round <= Math.min(bench.runs, mostRounds); round++) {
    bench.progress(`round ${round}`)
    await ourRound(fleet, readings)
    if (compose) await composeRound(bench, fleet, { compose, readings })
  }
  return readings.series
}

async function ourRound(fleet: FleetOnTrial, readings: Readings): Promise<void> {
  const auxot = (...argv: string[]) => timed(process.execPath, [auxotProgram, 'worker', ...argv], fleet.env)
  readings.add({ id: 'fleet/up', what: `scale 0 → ${size}, all ready` }, await auxot('scale', `${size}`))
  // Each worker parks a Claude Code once it is ready; a look while ten of them start would measure that.
  await setTimeout(parkingMs)
  for (let look = 0; look < 3; look++) {
    readings.add({ id: 'fleet/status', what: `status of ${size}` }, await auxot('status', '--json'))
  }
  readings.add({ id: 'fleet/again', what: `scale ${size} again` }, await auxot('scale', `${size}`))
  readings.add({ id: 'fleet/down', what: `scale ${size} → 0, all idle` }, await auxot('scale', '0'))
}

interface ComposeRound {
  readonly compose: readonly string[]
  readonly readings: Readings
}

/** The same image and limits through docker compose. Its workers have their secrets in files of this host. */
async function composeRound(bench: Bench, fleet: FleetOnTrial, { compose, readings }: ComposeRound): Promise<void> {
  const folder = bench.newPath('compose')
  mkdirSync(folder)
  writeFileSync(join(folder, 'docker-compose.yml'), JSON.stringify(composeFile(fleet)))
  const [program = '', ...first] = compose
  const up = [
    ...first,
    '-f',
    join(folder, 'docker-compose.yml'),
    '-p',
    fleet.name,
    'up',
    '-d',
    '--scale',
    `worker=${size}`,
  ]
  const down = [...first, '-f', join(folder, 'docker-compose.yml'), '-p', fleet.name, 'down', '-v']
  const startedAtMs = performance.now()
  await timed(program, up, fleet.env)
  await fleet.router.until(({ workers }) => workers.length === size, `${size} workers`)
  readings.add(
    { id: 'fleet/compose/up', what: 'docker compose up --scale, all ready' },
    performance.now() - startedAtMs,
  )
  readings.add({ id: 'fleet/compose/down', what: 'docker compose down' }, await timed(program, down, fleet.env))
}

function composeFile({ image, env, canaries }: FleetOnTrial) {
  const inside = (url = '') => url.replace('127.0.0.1', 'host.docker.internal')
  return {
    version: '2.4',
    services: {
      worker: {
        image,
        init: true,
        read_only: true,
        cap_drop: ['ALL'],
        cap_add: ['SETUID', 'SETGID', 'KILL'],
        security_opt: ['no-new-privileges'],
        tmpfs: ['/tmp:exec,mode=1777', '/run/auxot:mode=0700,uid=10001,gid=10001'],
        mem_limit: '2g',
        pids_limit: 512,
        extra_hosts: ['host.docker.internal:host-gateway'],
        environment: {
          AUXOT_ROUTER_URL: inside(env.AUXOT_ROUTER_URL),
          ANTHROPIC_BASE_URL: inside(env.ANTHROPIC_BASE_URL),
          AUXOT_GPU_KEY: canaries.workerKey,
          CLAUDE_CODE_OAUTH_TOKEN: canaries.token,
        },
      },
    },
  }
}

async function timed(program: string, argv: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const startedAtMs = performance.now()
  const all = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...env }
  const [code] = await once(adopt(spawn(program, argv, { env: all, stdio: 'ignore' })), 'exit')
  if (code !== 0) throw new Error(`${program} ${argv.join(' ')} ended with ${code}`)
  return performance.now() - startedAtMs
}

async function composeCommand(): Promise<readonly string[] | undefined> {
  if (await isThere('docker', ['compose', 'version'])) return ['docker', 'compose']
  return (await isThere('docker-compose', ['--version'])) ? ['docker-compose'] : undefined
}

async function isThere(program: string, argv: readonly string[]): Promise<boolean> {
  return await promisify(execFile)(program, argv).then(
    () => true,
    () => false,
  )
}
