import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clearLeftovers, WorkDirectory } from '../../../src/worker/claude/work-directory.ts'
import { LogRecord } from '../../support/log-record.ts'
import { processesBelow } from '../../support/processes-below.ts'
import { repositoryRoot } from '../../support/repository-root.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'work-directories-'))
  vi.stubEnv('TMPDIR', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const program = join(repositoryRoot, 'test/fixtures/claude/opens-work-directory.ts')
interface Opened {
  readonly path: string
  readonly session: string
  readonly pids: readonly number[]
}

/** A worker in a process of its own, killed without a chance to clean up. */
async function killedWorker(): Promise<Opened> {
  const worker = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: worker.stdout }), 'line')) as [string]
  worker.kill('SIGKILL')
  await once(worker, 'exit')
  return JSON.parse(line)
}

/** Something that looks like a work directory, with this in its owner file. */
function folderOwnedBy(name: string, owner: unknown): string {
  const path = join(folder, name)
  mkdirSync(path)
  writeFileSync(join(path, 'owner.json'), typeof owner === 'string' ? owner : JSON.stringify(owner))
  return path
}

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe('WorkDirectory', () => {
  it.each(['gone', 'a-file'])('says that there can be none where the temporary folder is none (%s)', async (name) => {
    const elsewhere = join(folder, name)
    if (name === 'a-file') writeFileSync(elsewhere, '')
    vi.stubEnv('TMPDIR', elsewhere)
    await clearLeftovers(new LogRecord())
    await expect(WorkDirectory.open()).rejects.toMatchObject({
      exit: 'usage',
      message: `the temporary folder ${elsewhere} cannot be written to (${name === 'gone' ? 'ENOENT' : 'ENOTDIR'})`,
      hint: 'Make room, or name another folder with TMPDIR.',
    })
  })

  it('gives each session folders of its own, closed to other users', async () => {
    await using directory = await WorkDirectory.open()
    const [one, other] = await Promise.all([directory.openSession(), directory.openSession()])
    expect(one.path).not.toBe(other.path)
    expect(readdirSync(one.path).sort()).toEqual(['config', 'home', 'tmp', 'work'])
    for (const path of [directory.path, one.path, one.work, one.home, one.config, one.tmp])
      expect(mode(path)).toBe('700')
    expect(mode(join(directory.path, 'owner.json'))).toBe('600')
  })

  it('is gone when it is disposed of, and a session before that', async () => {
    const directory = await WorkDirectory.open()
    const [one, other] = await Promise.all([directory.openSession(), directory.openSession()])
    writeFileSync(join(one.work, 'left'), 'over')
    await one.remove()
    await one.remove()
    expect([existsSync(one.path), existsSync(other.path)]).toEqual([false, true])
    await directory[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is named without a word about its user, project or jobs: the model is told its path', async () => {
    await using directory = await WorkDirectory.open()
    expect((await directory.openSession()).work).toMatch(/^\/.*\/auxot-\w{6}\/s1\/work$/)
  })
})

const isLinux = process.platform === 'linux'

describe('clearLeftovers', () => {
  it.skipIf(!isLinux)(
    'ends the processes of a worker that was killed, those whose parent is gone included, and removes its folders',
    async () => {
      const killed = await killedWorker()
      expect(processesBelow(folder)).toEqual(expect.arrayContaining([...killed.pids]))
      expect(existsSync(killed.session)).toBe(true)
      const log = new LogRecord()
      await clearLeftovers(log)
      await vi.waitFor(() => expect(processesBelow(folder)).toEqual([]), { timeout: 10_000 })
      expect(existsSync(killed.path)).toBe(false)
      expect(log.lines).toEqual([
        {
          level: 'info',
          fields: { folder: killed.path, processes: 2 },
          sentence: 'removed what an earlier worker left behind',
        },
      ])
    },
  )

  it('leaves the folders of workers that live alone, also where one of two was killed', async () => {
    await using living = await WorkDirectory.open()
    const session = await living.openSession()
    const killed = await killedWorker()
    await clearLeftovers(new LogRecord())
    expect([existsSync(session.work), existsSync(killed.path)]).toEqual([true, false])
    await vi.waitFor(() => expect(processesBelow(killed.path)).toEqual([]), { timeout: 10_000 })
  })

  it.skipIf(!isLinux)('sees that a pid is another process by now', async () => {
    const path = folderOwnedBy('auxot-reused', { pid: process.pid, startedAt: '1' })
    await clearLeftovers(new LogRecord())
    expect(existsSync(path)).toBe(false)
  })

  it.each([
    ['nothing', ''],
    ['half of it', '{"pid": 12345, "star'],
    ['something else', { name: 'a project called auxot-something' }],
    ['null', null],
    ['no start', { pid: 2 ** 22 - 1 }],
  ])('leaves a folder alone whose owner file says %s', async (_, owner) => {
    const path = folderOwnedBy('auxot-strange', owner)
    await clearLeftovers(new LogRecord())
    expect(existsSync(path)).toBe(true)
  })

  it('leaves a folder without an owner file, a file of such a name, and folders of other names alone', async () => {
    mkdirSync(join(folder, 'auxot-just-made'))
    writeFileSync(join(folder, 'auxot-file'), '')
    folderOwnedBy('other', { pid: 2 ** 22 - 1, startedAt: '1' })
    await clearLeftovers(new LogRecord())
    expect(readdirSync(folder).sort()).toEqual(['auxot-file', 'auxot-just-made', 'other'])
  })

  it.skipIf(process.getuid?.() !== 0)('leaves a folder alone that belongs to another user', async () => {
    const path = folderOwnedBy('auxot-of-another', { pid: 2 ** 22 - 1, startedAt: '1' })
    chownSync(path, 65_534, 65_534)
    await clearLeftovers(new LogRecord())
    expect(existsSync(path)).toBe(true)
  })

  it('does not follow a link out of the temporary folder', async () => {
    const path = folderOwnedBy('auxot-trap', { pid: 2 ** 22 - 1, startedAt: '1' })
    mkdirSync(join(folder, 'precious'))
    writeFileSync(join(folder, 'precious/file'), 'kept')
    symlinkSync(join(folder, 'precious'), join(path, 's1'))
    await clearLeftovers(new LogRecord())
    expect(existsSync(path)).toBe(false)
    expect(readFileSync(join(folder, 'precious/file'), 'utf8')).toBe('kept')
  })
})
