import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { secretInFile } from '../../src/credentials/sources/file.ts'
import { resolveWorkerKey, type WorkerKeyPlaces } from '../../src/credentials/worker-key.ts'
import { UsageError } from '../../src/shared/errors.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-key-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const canary = 'adm_canary_0123456789abcdef'

function keyFile(content: string | Buffer, mode = 0o600): string {
  const path = join(folder, 'key')
  writeFileSync(path, content, { mode })
  chmodSync(path, mode)
  return path
}

function resolve(places: Partial<WorkerKeyPlaces>) {
  return resolveWorkerKey({ env: {}, stdin: Readable.from([]), ...places })
}

function byFlag(path: string) {
  return { file: { path, source: '--key-file' } }
}

async function refusal(places: Partial<WorkerKeyPlaces>): Promise<string> {
  const error: unknown = await resolve(places).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UsageError)
  expect(`${error} ${JSON.stringify(error)} ${(error as UsageError).hint}`).not.toContain('canary')
  return (error as UsageError).message
}

describe('the worker key', () => {
  it('comes from the flag, whatever the environment says', async () => {
    const key = await resolve({ ...byFlag(keyFile(canary)), env: { AUXOT_GPU_KEY: 'other', AUXOT_GPU_KEY_FILE: 'x' } })
    expect([key.reveal(), key.source]).toEqual([canary, `--key-file ${folder}/key`])
  })

  it('comes from the file that the environment names', async () => {
    const path = keyFile(canary)
    const file = { path, source: 'AUXOT_GPU_KEY_FILE' }
    const key = await resolve({ file, env: { AUXOT_GPU_KEY_FILE: path } })
    expect([key.reveal(), key.source]).toEqual([canary, `AUXOT_GPU_KEY_FILE ${path}`])
  })

  it('comes from the environment before the file that the config file names', async () => {
    const file = { path: keyFile('from-file'), source: 'config.json: keyFile' }
    expect((await resolve({ file, env: { AUXOT_GPU_KEY: canary } })).source).toBe('AUXOT_GPU_KEY')
    expect((await resolve({ file })).reveal()).toBe('from-file')
  })

  it('comes from stdin', async () => {
    const key = await resolve({ ...byFlag('-'), stdin: Readable.from([canary.slice(0, 9), `${canary.slice(9)}\n`]) })
    expect([key.reveal(), key.source]).toEqual([canary, '--key-file (stdin)'])
  })

  it('is refused when both variables are set', async () => {
    const file = { path: keyFile(canary), source: 'AUXOT_GPU_KEY_FILE' }
    const env = { AUXOT_GPU_KEY: canary, AUXOT_GPU_KEY_FILE: file.path }
    expect(await refusal({ file, env })).toBe('AUXOT_GPU_KEY and AUXOT_GPU_KEY_FILE are both set')
  })

  it('is missing with a sentence', async () => {
    expect(await refusal({})).toBe('There is no worker key')
    expect(await refusal({ env: { AUXOT_GPU_KEY: '' } })).toBe('There is no worker key: AUXOT_GPU_KEY is set but empty')
  })
})

describe('a file with a secret', () => {
  it.each([
    ['nothing', canary],
    ['one line break', `${canary}\n`],
    ['one Windows line break', `${canary}\r\n`],
  ])('may end in %s', async (_, content) => {
    expect((await resolve(byFlag(keyFile(content)))).reveal()).toBe(canary)
  })

  it.each([
    ['is empty', ''],
    ['is empty', '\n'],
    ['holds a space or a line break, which no key has', `${canary}\n\n`],
    ['holds a space or a line break, which no key has', `KEY=${canary} x`],
    ['holds a space or a line break, which no key has', `${canary}\0`],
    ['is larger than 16 KiB, so it is no key or token', canary.repeat(1_000)],
  ])('that %s is refused', async (problem, content) => {
    const path = keyFile(content)
    expect(await refusal(byFlag(path))).toBe(`--key-file ${path}: ${problem}`)
  })

  it.each([0o640, 0o604, 0o644, 0o660])('with mode %o is refused', async (mode) => {
    const path = keyFile(canary, mode)
    expect(await refusal(byFlag(path))).toBe(`--key-file ${path}: can be read by other users of this machine`)
  })

  it('is judged by its own mode, not by that of a link to it', async () => {
    const open = keyFile(canary, 0o644)
    const link = join(folder, 'link')
    symlinkSync(open, link)
    expect(await refusal(byFlag(link))).toBe(`--key-file ${link}: can be read by other users of this machine`)
  })

  it('may be readable by others where containers get their secrets mounted, and only there', async () => {
    const path = keyFile(canary, 0o444)
    const found = (shared: string) => secretInFile(path, '--key-file', shared).find()
    expect((await found(folder))?.secret.reveal()).toBe(canary)
    await expect(found(`${folder}/k`)).rejects.toThrow('can be read by other users')
    await expect(found(join(folder, 'other'))).rejects.toThrow('can be read by other users')
  })

  it('may be a pipe', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', ['-m', '644', pipe])
    const [key] = await Promise.all([resolve(byFlag(pipe)), writeFile(pipe, `${canary}\n`)])
    expect(key.reveal()).toBe(canary)
  })

  it('that is not there, or is a folder, is refused', async () => {
    const missing = join(folder, 'missing')
    expect(await refusal(byFlag(missing))).toBe(`--key-file ${missing}: there is no such file`)
    const inner = join(folder, 'inner')
    mkdirSync(inner)
    expect(await refusal(byFlag(inner))).toBe(`--key-file ${inner}: is a folder, not a file`)
  })
})

describe('stdin', () => {
  it('that is a terminal is refused', async () => {
    const stdin = Object.assign(Readable.from([canary]), { isTTY: true })
    expect(await refusal({ ...byFlag('-'), stdin })).toBe(
      '--key-file (stdin): stdin is a terminal, and what is typed there can be seen',
    )
  })

  it('is not read without end', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield 'x'.repeat(4_096)
      })(),
    )
    expect(await refusal({ ...byFlag('-'), stdin: endless })).toBe(
      '--key-file (stdin): is larger than 16 KiB, so it is no key or token',
    )
  })
})
