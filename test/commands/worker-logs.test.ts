import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeEngine, listedWorker, logFrame, startFakeEngine } from '../support/fake-engine.ts'
import { readDocument } from '../support/json-documents.ts'
import { repositoryRoot } from '../support/repository-root.ts'
import { runAuxot, startAuxot } from '../support/run-auxot.ts'

const [one, two] = ['1'.repeat(64), '2'.repeat(64)] as const
const second = (number: number) => `2026-01-31T12:00:0${number}.000000000Z`
const logged = (facts: object) => `${JSON.stringify({ level: 'info', time: second(0), ...facts })}\n`

const connected = logged({ event: 'connected', msg: 'connected to wss://router', router: 'wss://router', slots: 2 })
const logs = {
  [one]: [
    logFrame('stderr', second(1), connected),
    logFrame('stderr', second(3), logged({ level: 'warn', msg: 'the link is lost', attempt: 3 })),
    logFrame('stdout', second(5), 'plain \u001b[2Jwords\u009b31m of \u0007a tool\n'),
  ],
  [two]: [
    logFrame('stderr', second(2), logged({ event: 'state', msg: 'idle' })),
    logFrame('stderr', second(4), logged({ level: 'error', msg: 'odd\u001b[2J\nname', at: 'x\u009b1m' })),
  ],
}

let engine: FakeEngine
beforeEach(async () => {
  engine = await startFakeEngine({
    '/containers/json': (response, url) => {
      const all = [listedWorker('default', 1, one), listedWorker('default', 2, two)]
      response.end(JSON.stringify(url.search.includes('fleet%3Dempty') ? [] : all))
    },
    '/events': (response) => response.flushHeaders(),
    [`/containers/${one}/logs`]: logOf(one),
    [`/containers/${two}/logs`]: logOf(two),
  })
})
afterEach(() => engine[Symbol.asyncDispose]())

/** What was written so far; whoever follows is kept waiting for more. */
function logOf(id: keyof typeof logs) {
  return (response: ServerResponse, url: URL) => {
    if (url.searchParams.get('follow') === 'true') response.flushHeaders()
    else response.end(Buffer.concat(logs[id] ?? []))
  }
}

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return await runAuxot(['worker', 'logs', ...argv], { env: { DOCKER_HOST: engine.host, ...env } })
}

describe('auxot worker logs', () => {
  it('shows what all workers logged, by time, as a worker in the foreground does', async () => {
    expect(await run([])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: [
        'default-1 | [12:00:00] INFO: connected to wss://router',
        'default-2 | [12:00:00] INFO: idle',
        'default-1 | [12:00:00] WARN: the link is lost {"attempt":3}',
        'default-2 | [12:00:00] ERROR: odd [2J name {"at":"x 1m"}',
        'default-1 | plain  [2Jwords 31m of  a tool',
        '',
      ].join('\n'),
    })
  })

  it('gives each worker a colour where colours are wanted', async () => {
    const { stdout } = await run([], { FORCE_COLOR: '1' })
    const [first, other] = stdout.split('\n')
    expect(first).toBe(
      '\u001b[36mdefault-1 | \u001b[39m[12:00:00] \u001b[32mINFO\u001b[39m: \u001b[36m\u001b[32mconnected to wss://router\u001b[36m\u001b[39m',
    )
    expect(other?.startsWith('\u001b[35mdefault-2 | ')).toBe(true)
    // Colours are ours; nothing else of a line steers the terminal.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(stdout.replaceAll(/\u001b\[\d\dm/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })

  it('with --json prints a document for each line', async () => {
    const { code, stdout } = await run(['--json'])
    expect(code).toBe(0)
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => readDocument(line, 'auxot.worker.log/v1'))
    expect(documents).toHaveLength(5)
    expect(documents[0]).toEqual({
      schema: 'auxot.worker.log/v1',
      worker: 'default-1',
      container: one,
      time: second(1),
      stream: 'stderr',
      line: connected.trimEnd(),
      fields: JSON.parse(connected),
    })
    expect(documents[4]).toEqual({
      schema: 'auxot.worker.log/v1',
      worker: 'default-1',
      container: one,
      time: second(5),
      stream: 'stdout',
      line: 'plain \u001b[2Jwords\u009b31m of \u0007a tool',
    })
  })

  it.each(['default-2', 'auxot-default-2', two.slice(0, 6)])('%s is one worker', async (id) => {
    const { code, stdout } = await run([id])
    expect([code, stdout.match(/^default-\d/gm)]).toEqual([0, ['default-2', 'default-2']])
  })

  it.each([
    ['defualt-2', 'There is no worker "defualt-2" in a container here', 'Did you mean default-2?'],
    [
      '12',
      'There is no worker "12" in a container here',
      'A worker in the foreground writes its log to its own stderr.',
    ],
    ['2222-3333-4444', 'There is no worker "2222-3333-4444" in a container here', 'There are: default-1, default-2.'],
    ['sk-ant-canary!', 'There is no worker of such a name in a container here', 'There are: default-1, default-2.'],
  ])('%s is nobody: exit code 2', async (id, message, hint) => {
    const { code, stdout } = await run([id, '--json'])
    expect(code).toBe(2)
    expect(readDocument(stdout, 'auxot.error/v1')).toMatchObject({ error: { code: 'USAGE', message, hint } })
  })

  it('asks only for what was logged since a time', async () => {
    const { code } = await run(['--since', '2026-01-31T12:00:02.5Z'])
    expect(code).toBe(0)
    expect(engine.requests.filter((request) => request.includes('/logs?'))).toEqual([
      expect.stringMatching(/&since=1769860802\.500000000$/),
      expect.stringMatching(/&since=1769860802\.500000000$/),
    ])
    const wrong = await run(['--since', 'yesterday'])
    expect(wrong).toMatchObject({
      code: 2,
      stderr:
        'Error: --since: "yesterday" is neither a time nor a duration.\n  Write 10m, 2h, or a time as in 2026-01-31T12:00:00Z.\n',
    })
  })

  it('hides what looks like a secret, and those that it knows', async () => {
    const line = logFrame('stdout', second(1), 'with adm_canary0123456789wxyz and canary-of-the-environment\n')
    engine.answers[`/containers/${one}/logs`] = (response) => response.end(line)
    const { stdout } = await run(['default-1'], { ANTHROPIC_API_KEY: 'canary-of-the-environment' })
    expect(stdout).toBe('default-1 | with [redacted] and [redacted]\n')
  })

  it('says where there is nobody, which is no failure', async () => {
    const stderr =
      'The fleet "empty" has no workers in containers. A worker in the foreground writes its log to its own stderr.\n'
    expect(await run(['--fleet', 'empty'])).toMatchObject({ code: 0, stdout: '', stderr })
    expect(await run(['--fleet', 'empty', '--json', '--quiet'])).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })

  it('says where there is no engine: exit code 7', async () => {
    const { code, stdout } = await run(['--json'], { DOCKER_HOST: 'unix:///nowhere/docker.sock' })
    expect(code).toBe(7)
    const { error } = readDocument<{ error: { message: string; hint: string } }>(stdout, 'auxot.error/v1')
    expect(error.message).toBe('There is no Docker engine at /nowhere/docker.sock (DOCKER_HOST)')
    expect(error.hint).toContain('A worker in the foreground writes its log to its own stderr.')
  })

  it('ends quietly when its reader has seen enough', async () => {
    const line = logFrame('stdout', second(1), `${'x'.repeat(1_000)}\n`)
    engine.answers[`/containers/${one}/logs`] = (response) => response.end(Buffer.concat(Array(2_000).fill(line)))
    const program = `"${process.execPath}" "${join(repositoryRoot, 'bin', 'run.js')}" worker logs default-1`
    const script = `{ ${program}; echo "ended with $?" >&2; } | head -1`
    const shell = spawn('sh', ['-c', script], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, DOCKER_HOST: engine.host },
    })
    const told: string[] = []
    shell.stderr.on('data', (data) => told.push(`${data}`))
    await once(shell, 'close')
    expect(told.join('')).toBe('ended with 0\n')
  })
})

describe('auxot worker logs --follow', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('shows what comes, and ends with 0 at %s', async (signal) => {
    const open: ServerResponse[] = []
    const closed: Promise<unknown>[] = []
    const stays = (response: ServerResponse) => {
      open.push(response)
      closed.push(once(response, 'close'))
      response.flushHeaders()
    }
    engine.answers[`/containers/${one}/logs`] = (response, url) => {
      if (url.searchParams.get('follow') === 'true') stays(response)
      else logOf(one)(response, url)
    }
    engine.answers['/events'] = stays
    await using running = startAuxot(['worker', 'logs', 'default-1', '-f'], { env: { DOCKER_HOST: engine.host } })
    await running.line(/plain/)
    await expect.poll(() => open.length, { message: 'the log and the events are listened to', timeout: 10_000 }).toBe(2)
    const [events, log] = open
    log?.write(logFrame('stderr', second(6), logged({ msg: 'more' })))
    await running.line(/^default-1 \| \[12:00:00\] INFO: more$/)

    const three = '3'.repeat(64)
    engine.answers[`/containers/${three}/logs`] = (response) => {
      stays(response)
      response.write(logFrame('stderr', second(7), 'its heir\n'))
    }
    // One of another place is not followed, and the same place's next container is.
    for (const [slot, id] of [
      [2, two],
      [1, three],
    ] as const) {
      const { Labels } = listedWorker('default', slot, id)
      events?.write(
        `${JSON.stringify({ Actor: { ID: id, Attributes: { ...Labels, name: `auxot-default-${slot}` } } })}\n`,
      )
    }
    await running.line(/^default-1 \| its heir$/)

    running.signal(signal)
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' })
    await Promise.all(closed)
    expect(engine.requests.filter((request) => request.includes(two))).toEqual([])
  })

  it('waits for workers where there are none', async () => {
    await using running = startAuxot(['worker', 'logs', '--fleet', 'empty', '-f'], {
      env: { DOCKER_HOST: engine.host },
    })
    await running.line(/^The fleet "empty" has no workers in containers\. What starts from now on is shown\.$/)
    running.signal('SIGINT')
    expect(await running.ended).toMatchObject({ code: 0, stdout: '' })
  })

  it('ends with 7 when the engine does', async () => {
    const listening = Promise.withResolvers<ServerResponse>()
    engine.answers['/events'] = (response) => {
      response.flushHeaders()
      listening.resolve(response)
    }
    await using running = startAuxot(['worker', 'logs', '-f'], { env: { DOCKER_HOST: engine.host } })
    await running.line(/plain/)
    const events = await listening.promise
    events.end()
    expect(await running.ended).toMatchObject({ code: 7, stderr: 'Error: The Docker engine has ended.\n' })
  })
})
