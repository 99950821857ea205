import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { type EchoModel, startEchoModel } from '../../src/dev/echo-model.ts'
import { claudeProgram, inventedToken } from '../support/claude-program.ts'
import { readDocument } from '../support/json-documents.ts'
import { repositoryRoot } from '../support/repository-root.ts'

const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block)
// The last two need an engine: readme.engine.test.ts types them.
const [demo, test, dev, terminal, detached, script, scale, status, ...unknown] = blocks
const program = claudeProgram()

describe('the commands that README.md shows', () => {
  it('are those that are run here or by .ci/run, in this order', () => {
    expect(unknown).toEqual([])
    expect([scale, status]).toEqual(['npx auxot worker scale 5\n', 'npx auxot worker status\n'])
    expect([demo, test]).toEqual(['npm ci && npm run demo\n', 'npm ci && npm test\n'])
  })

  it.each(['demo', 'test'])('.ci/run takes the %s command from it', (name) => {
    const command = /^ {2}(grep .*)$/m.exec(readFileSync(join(repositoryRoot, '.ci', 'run'), 'utf8'))?.[1] ?? ''
    const taken = execFileSync('bash', ['-c', command, 'bash', name], { cwd: repositoryRoot, encoding: 'utf8' })
    expect(taken).toBe(name === 'demo' ? demo : test)
  })
})

describe.skipIf(!program)('typed as README.md shows it', () => {
  let folder: string
  let router: DevRouter
  let model: EchoModel
  const shells = new Set<ChildProcess>()

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'auxot-readme-'))
    // What npx does in a checkout, without its second of start-up. Its shell stays in between, and passes no signal on.
    const npx = join(folder, 'npx')
    const auxot = `"${process.execPath}" "${join(repositoryRoot, 'bin', 'run.js')}"`
    writeFileSync(npx, `#!/bin/sh\n[ "$1" = auxot ] || exit 64\nshift\ntrap : INT\n${auxot} "$@"\nexit $?\n`)
    chmodSync(npx, 0o755)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  beforeEach(async () => {
    router = await startDevRouter({ dialect: 'public' })
    model = await startEchoModel()
    writeFileSync(join(folder, '.auxot-worker-key'), `${router.workerKey}\n`, { mode: 0o600 })
    writeFileSync(join(folder, '.auxot-claude-token'), `${inventedToken}\n`, { mode: 0o600 })
  })
  afterEach(async () => {
    for (const shell of shells) killGroup(shell)
    shells.clear()
    await router[Symbol.asyncDispose]()
    await model[Symbol.asyncDispose]()
  })

  /** Types lines into a shell whose npx is this checkout's. */
  function type(lines: string, more: Record<string, string> = {}) {
    const env = {
      PATH: `${folder}:${process.env.PATH}`,
      HOME: folder,
      CLAUDE_PATH: `${program}`,
      ANTHROPIC_BASE_URL: model.url,
      ...more,
    }
    const shell = spawn('bash', ['-c', lines.replace('https://router.example.com', router.httpUrl)], {
      env,
      cwd: folder,
      detached: true,
    })
    const output: string[] = []
    shell.stdout.on('data', (chunk) => output.push(`${chunk}`))
    shell.stderr.on('data', (chunk) => output.push(`${chunk}`))
    const ended = once(shell, 'close').then(([code]) => code as number | null)
    shells.add(shell)
    return { ended, output, interrupt: () => process.kill(-Number(shell.pid), 'SIGINT') }
  }

  const set = {
    AUXOT_GPU_KEY_FILE: '.auxot-worker-key',
    CLAUDE_CODE_OAUTH_TOKEN_FILE: '.auxot-claude-token',
  }

  it('auxot dev --offline stays up until Ctrl-C', async () => {
    const shell = type(`exec ${dev}`)
    await expect.poll(() => shell.output.join(''), { timeout: 20_000 }).toMatch(/^curl /m)
    shell.interrupt()
    expect(await shell.ended).toBe(0)
  })

  it('a worker in a terminal connects and leaves at Ctrl-C', async () => {
    const shell = type(`${terminal}`)
    await router.ready()
    shell.interrupt()
    await shell.ended
    expect(shell.output.join('')).toContain('"to":"stopped"')
  })

  it('a worker on a host without a service manager runs detached and stops', async () => {
    const [start, stop] = `${detached}`.trim().split('\n')
    const more = { ...set, AUXOT_ROUTER_URL: router.httpUrl, XDG_RUNTIME_DIR: folder }
    const shell = type(`${start}\nwait $!\necho "left with $?"`, more)
    await router.ready()
    // By its id, so that no other worker of this machine is stopped.
    const [socket] = readdirSync(join(folder, 'auxot'))
    const id = `${socket}`.replace(/^(\d+)\.sock$/, 'pid-$1')
    expect(await type(`${stop}`.replace('--all', id), more).ended).toBe(0)
    await shell.ended
    expect(shell.output.join('')).toContain('left with 0')
    expect(readFileSync(join(folder, 'worker.log'), 'utf8')).toContain('"to":"stopped"')
  })

  it('a worker in a script leaves when it was idle, and has written one document per line', async () => {
    const quick = `${script}`.replace('10m', '100ms')
    expect(quick).not.toBe(script)
    const shell = type(quick, { ...set, AUXOT_ROUTER_URL: router.httpUrl, AUXOT_LINGER: '0s' })
    expect(await shell.ended).toBe(0)
    expect(existsSync(join(folder, 'events.ndjson'))).toBe(true)
    const lines = readFileSync(join(folder, 'events.ndjson'), 'utf8').trim().split('\n')
    for (const line of lines) readDocument(line, 'auxot.worker.event/v1')
  })
})

it('every file that README.md links to is there', () => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path)
  expect(links.length).toBeGreaterThan(3)
  expect(links.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([])
})

/** What a failed test left running; a group that is gone is fine. */
function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-Number(pid), 'SIGKILL')
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' })
  }
}
