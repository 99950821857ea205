import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { type EchoModel, startEchoModel } from '../../src/dev/echo-model.ts'
import { claudeProgram, inventedToken } from '../support/claude-program.ts'
import { repositoryRoot } from '../support/repository-root.ts'
import { runAuxot, startAuxot } from '../support/run-auxot.ts'

const program = claudeProgram()
const isRoot = process.getuid?.() === 0
/** A user that every Linux has, and that may do nothing. */
const user = 'nobody'

/** Whether another user gets to a file: some check-outs are in a home that is closed. */
function isOpen(path: string): boolean {
  const isThrough = (statSync(path).mode & 0o001) !== 0
  return isThrough && (path === dirname(path) || isOpen(dirname(path)))
}

let folder: string
let router: DevRouter
let model: EchoModel
let env: Record<string, string>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-user-'))
  chmodSync(folder, 0o777)
  router = await startDevRouter({ dialect: 'public', policy: { builtin_tools: ['Bash'] } })
  model = await startEchoModel()
  const [key, token] = [join(folder, 'key'), join(folder, 'token')]
  writeFileSync(key, router.workerKey, { mode: 0o400 })
  writeFileSync(token, inventedToken, { mode: 0o400 })
  env = {
    AUXOT_GPU_KEY_FILE: key,
    CLAUDE_CODE_OAUTH_TOKEN_FILE: token,
    CLAUDE_PATH: `${program}`,
    ANTHROPIC_BASE_URL: model.url,
    AUXOT_ROUTER_URL: router.httpUrl,
    AUXOT_LOG_FORMAT: 'text',
    TMPDIR: folder,
  }
})
afterEach(async () => {
  await router[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, maxRetries: 3 })
})

/** What a Bash tool of a job prints. */
async function toolOutput(command: string): Promise<string> {
  model.script({ blocks: [{ type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command } }] })
  await router.ready()
  await router.submit({ messages: [{ role: 'user', content: 'Go' }] }).done
  return JSON.stringify(model.requests.at(-1)?.body)
}

const start = ['worker', 'start', '--tools', 'Bash', '--once']

/** A program that starts auxot in another way, and lives on beside it. */
function programThatRuns(command: string, words: readonly string[], options: object = {}): string {
  const path = join(folder, 'between.mjs')
  writeFileSync(
    path,
    `import { spawn } from 'node:child_process'
const options = { stdio: 'inherit', ...${JSON.stringify(options)} }
const child = spawn(${JSON.stringify(command)}, [...${JSON.stringify(words)}, ...process.argv.slice(2)], options)
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code) => process.exit(code))`,
  )
  return path
}

const run = join(repositoryRoot, 'bin', 'run.js')
const isReachable = isOpen(program ?? repositoryRoot) && isOpen(repositoryRoot)

describe.skipIf(!program || !isRoot)('a worker that root starts', () => {
  it.skipIf(!isReachable)(
    'with --user reads its secrets and becomes that user, who can read neither them nor its environment',
    async () => {
      await using worker = startAuxot([...start, '--user', user], { env })
      const looks = `id -un; cat ${folder}/key ${folder}/token; cat /proc/${worker.pid}/environ; echo the-end`
      const said = await toolOutput(looks)
      expect(said).toContain(`${user}\\n`)
      expect(said).toContain('the-end')
      expect(said.match(/Permission denied/g)).toHaveLength(3)
      expect(said).not.toContain(inventedToken)
      expect(await worker.ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining('--user') })
    },
  )

  it('with tools and without --user is warned about', async () => {
    await using worker = startAuxot(start, { env })
    expect(await worker.line(/--user/)).toContain(
      "Claude Code's tools run as root, and root can read every secret. Name an ordinary user with --user.",
    )
    worker.signal('SIGTERM')
    await worker.ended
  })

  it.each([['no-such-user', 'Error: --user: there is no user "no-such-user".\n']])(
    'as %s is refused',
    async (name, sentence) => {
      const { code, stderr } = await runAuxot([...start, '--user', name, '--user-if-possible'], { env })
      expect({ code, stderr }).toEqual({ code: 2, stderr: sentence })
    },
  )

  describe('and that may not become another user', () => {
    const words = ['--bounding-set=-setuid,-setgid', process.execPath, run]

    it('says so', async () => {
      const { code, stderr } = await runAuxot([...start, '--user', user], {
        env,
        program: programThatRuns('setpriv', words),
      })
      const sentence = `Error: --user: this root may not become ${user} (EPERM).\n`
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: `${sentence}  It takes the capabilities SETUID and SETGID.\n`,
      })
    })

    it('goes on with --user-if-possible, and says what is weaker', async () => {
      const given = [...start, '--user', user, '--user-if-possible']
      await using worker = startAuxot(given, { env, program: programThatRuns('setpriv', words) })
      expect(await worker.line(/goes on as it is/)).toContain(
        `This root may not become ${user} (EPERM), so it goes on as it is: what Claude Code's tools run as can read what this ` +
          "worker can, the worker key's file too. Started as root with the capabilities SETUID and SETGID, it would close that to them.",
      )
      expect(await worker.line(/tools run as root/)).toMatch(/every secret\. Start the worker as an ordinary user\.$/)
      expect(await toolOutput(`id -u; wc -c < ${folder}/key`)).toContain(`0\\n${router.workerKey.length}`)
      expect((await worker.ended).code).toBe(0)
    })
  })

  it.skipIf(!isReachable).each([
    ['is another user', 65_533, `Only root can become ${user}, and this is the user 65533, so it goes on as it is`],
    ['is that user already', 65_534, `The worker was started as ${user} already, so it goes on as it is`],
  ])('as one who %s goes on with --user-if-possible, and says what is weaker', async (_, uid, sentence) => {
    for (const name of ['key', 'token']) chownSync(join(folder, name), uid, uid)
    const given = [...start, '--user', user, '--user-if-possible', '--json']
    const program = programThatRuns(process.execPath, [run], { uid, gid: uid, cwd: folder })
    await using worker = startAuxot(given, {
      env: { ...env, HOME: folder, XDG_CACHE_HOME: folder },
      program,
    })
    expect(JSON.parse(await worker.line(/goes on as it is/))).toMatchObject({
      type: 'warning',
      code: 'NOT_ANOTHER_USER',
      message: expect.stringContaining(sentence),
    })
    worker.signal('SIGTERM')
    expect((await worker.ended).code).toBe(0)
  })
})

it.skipIf(!program || process.platform !== 'linux')(
  'a program in between that shows a secret to the tools is named',
  async () => {
    const { AUXOT_GPU_KEY_FILE: _, ...others } = env
    const shown = { ...others, AUXOT_GPU_KEY: router.workerKey }
    // As npx does: a process that was started with the variable starts auxot, and lives on.
    const between = programThatRuns(process.execPath, [run])
    await using worker = startAuxot(start.slice(0, 4), { env: shown, program: between })
    const line = await worker.line(/A secret stands/)
    expect(line).toMatch(new RegExp(`in the environment of .*\\(${worker.pid}\\).*Claude Code's tools can read it`))
    expect(line).not.toContain(router.workerKey)
    worker.signal('SIGTERM')
    expect((await worker.ended).code).toBe(0)
  },
)
