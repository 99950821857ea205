import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { claudeProgram } from '../support/claude-program.ts'
import { readDocument } from '../support/json-documents.ts'
import { repositoryRoot } from '../support/repository-root.ts'
import { runAuxot, startAuxot } from '../support/run-auxot.ts'

const program = claudeProgram()
const env = { CLAUDE_PATH: `${program}` }
const canaries = {
  CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-canary-token',
  ANTHROPIC_API_KEY: 'sk-ant-api03-canary-key',
  // Nobody listens there: whoever tried to reach it would fail.
  ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
}

interface Ready {
  readonly openaiBaseUrl: string
  readonly callerKey: string
}

describe.skipIf(!program)('auxot dev', () => {
  it('answers one prompt through the real Claude Code and exits 0', async () => {
    const { code, stdout, stderr } = await runAuxot(['dev', '--offline', '--prompt', 'Good morning'], { env })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Echo: Good morning\n' })
    expect(
      stderr.split('\n').map((line) => line.replace(/[\d.]+m?s|[\d.]+:\d+|\d+ (?=tokens|out)|\d+\.\d+\.\d+/g, '…')),
    ).toEqual([
      '+ Claude Code: … …',
      '+ model: echo, on this machine; no credential is used …',
      '+ router: http://… …',
      '+ worker: connected …',
      '+ answered by the echo model in …: …tokens in, …out',
      '',
    ])
  })

  it('answers as one document with --json, and says nothing else', async () => {
    const { code, stdout, stderr } = await runAuxot(['dev', '--offline', '--json', '--prompt', 'Hi'], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(readDocument(stdout, 'auxot.dev.answer/v1')).toMatchObject({
      text: 'Echo: Hi',
      finishReason: 'stop',
      model: 'sonnet',
      answeredBy: 'the echo model',
    })
  })

  it('is quiet with --quiet', async () => {
    const { stdout, stderr } = await runAuxot(['dev', '--offline', '--quiet', '--prompt', 'Hi'], { env })
    expect({ stdout, stderr }).toEqual({ stdout: 'Echo: Hi\n', stderr: '' })
  })

  it('touches no credential offline', async () => {
    const { code, stdout, stderr } = await runAuxot(['dev', '--offline', '--prompt', 'Hi', '--log-level', 'trace'], {
      env: { ...env, ...canaries },
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Echo: Hi\n' })
    expect(stderr).not.toContain('canary')
  })

  it('takes the echo model where there is no credential', async () => {
    const { code, stdout } = await runAuxot(['dev', '--prompt', 'Hi'], { env })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Echo: Hi\n' })
  })

  it('stays up without a prompt, with a curl line that works when pasted, until Ctrl-C', async () => {
    await using dev = startAuxot(['dev', '--offline'], { env })
    const curl = await dev.line(/^curl /)
    const { stdout } = await promisify(execFile)('bash', ['-c', curl])
    expect(stdout).toContain('"content":"Echo:')
    expect(stdout).toMatch(/data: \[DONE\]\s*$/)
    dev.signal('SIGINT')
    expect(await dev.ended).toMatchObject({ code: 0, signal: null })
  })

  it('tells scripts where it is, and then what happens, one document per line', async () => {
    await using dev = startAuxot(['dev', '--offline', '--json'], { env })
    const ready = readDocument<Ready>(await dev.line(/dev\.ready/), 'auxot.dev.ready/v1')
    const answer = await fetch(`${ready.openaiBaseUrl}/models`, {
      headers: { authorization: `Bearer ${ready.callerKey}` },
    })
    expect(answer.status).toBe(200)
    dev.signal('SIGTERM')
    const { code, stdout } = await dev.ended
    expect(code).toBe(0)
    const events = stdout.trim().split('\n').slice(1)
    for (const event of events) readDocument(event, 'auxot.worker.event/v1')
    expect(events.at(-1)).toContain('"to":"stopped"')
  })

  it('says that the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { code, stderr } = await runAuxot(['dev', '--offline', '--port', `${port}`], { env })
    server.close()
    expect(code).toBe(2)
    expect(stderr).toContain(`Error: the router cannot listen on 127.0.0.1:${port}: somebody else listens there.\n`)
  })

  it('finishes the answer after the first signal', async () => {
    await using dev = startAuxot(['dev', '--offline', '--prompt', words(30)], { env })
    await dev.line(/Echo:/)
    dev.signal('SIGINT')
    expect(await dev.ended).toMatchObject({ code: 0, stdout: `Echo: ${words(30)}\n` })
  })

  it('breaks the answer off after the second signal, and says so', async () => {
    await using dev = startAuxot(['dev', '--offline', '--prompt', words(150), '--log-level', 'info'], { env })
    await dev.line(/Echo:/)
    dev.signal('SIGINT')
    await dev.line(/SIGINT: finishing/)
    dev.signal('SIGTERM')
    const { code, stderr } = await dev.ended
    expect(code).toBe(143)
    expect(stderr).toContain('Error: The worker was stopped before it had answered.\n')
  })
})

function words(count: number): string {
  return Array.from({ length: count }, (_, index) => `word${index}`).join(' ')
}

// util-linux's script(1) makes a terminal; that of other systems has other options.
const hasScript = process.platform === 'linux' && existsSync('/usr/bin/script')
if (!hasScript && process.env.CI === 'true')
  throw new Error('script(1) is not installed, and CI must test on a terminal')

describe.skipIf(!program || !hasScript)('on a terminal', () => {
  function onTerminal(argv: string, more: Record<string, string> = {}) {
    const line = `stty cols 120; "${process.execPath}" "${repositoryRoot}/bin/run.js" ${argv}`
    const folder = mkdtempSync(join(tmpdir(), 'auxot-terminal-'))
    const result = spawnSync('script', ['-qec', line, '/dev/null'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, TERM: 'xterm', ...env, ...more },
    })
    rmSync(folder, { recursive: true })
    return { status: result.status, output: result.stdout }
  }

  it('auxot dev shows its steps as live lines', () => {
    const { status, output } = onTerminal('dev --offline --prompt Hi')
    expect(status).toBe(0)
    expect(output).toContain('\u001b[32m✔\u001b[39m worker: connected')
    expect(output).toContain('Echo: Hi\r\n')
  })

  it('shows an error once, in colour unless NO_COLOR says otherwise', () => {
    const { status, output } = onTerminal('dev --offline --claude-path /nowhere/claude')
    expect(status).toBe(2)
    expect(output.match(/there is no Claude Code at/g)).toHaveLength(1)
    expect(output).toContain('\u001b[31mError:\u001b[39m there is no Claude Code at /nowhere/claude.')
    const plain = onTerminal('dev --bogus', { NO_COLOR: '1' })
    expect(plain.output).toMatch(/^Error: There is no flag --bogus\./)
  })
})

describe('without Claude Code', () => {
  it('auxot dev says how to install it', async () => {
    const { code, stdout, stderr } = await runAuxot(['dev', '--offline', '--prompt', 'Hi'], {
      env: { PATH: '/nowhere' },
    })
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'Error: Claude Code is not installed: there is no "claude" on the PATH.\n  Install it with "npm install -g @anthropic-ai/claude-code", or name the program with --claude-path or CLAUDE_PATH.\n',
    })
  })
})
