import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { resolveClaude } from '../../../src/worker/claude/find-claude.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-claude-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** A small program of this name that runs a shell script. */
function program(name: string, script: string, mode = 0o755): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, mode)
  return path
}

const hint =
  'Install it with "npm install -g @anthropic-ai/claude-code", or name the program with --claude-path or CLAUDE_PATH.'
const problem = async (path: string | undefined, env: NodeJS.ProcessEnv = {}) => {
  const error = await resolveClaude(path, env).catch((each: unknown) => each)
  expect(error).toMatchObject({ name: 'UsageError', exitCode: 2, hint })
  return (error as Error).message
}

describe('the program', () => {
  it('is the first one on the PATH that can be run, with its version', async () => {
    program('one/claude', 'echo 2.1.330', 0o644)
    mkdirSync(join(folder, 'zero/claude'), { recursive: true })
    const path = program('two/claude', 'echo "2.1.331 (Claude Code)"')
    program('three/claude', 'echo 2.1.332')
    const PATH = ['zero', 'one', '', 'nowhere', 'two', 'three']
      .map((name) => name && join(folder, name))
      .join(delimiter)
    expect(await resolveClaude(undefined, { PATH })).toEqual({ path, version: '2.1.331' })
  })

  it('is the one that the operator names, from the working folder too', async () => {
    const path = program('my-claude', 'echo 2.1.250')
    const PATH = process.env.PATH
    expect(await resolveClaude(path, { PATH })).toEqual({ path, version: '2.1.250' })
    expect(await resolveClaude(relative(process.cwd(), path), { PATH })).toEqual({ path, version: '2.1.250' })
  })

  it('is asked without a secret in its environment', async () => {
    vi.stubEnv('AUXOT_GPU_KEY', 'adm_secret')
    const path = program('claude', '[ -z "$AUXOT_GPU_KEY$ANTHROPIC_API_KEY" ] && echo 2.1.330')
    const env = { PATH: process.env.PATH, AUXOT_GPU_KEY: 'adm_secret', ANTHROPIC_API_KEY: 'sk' }
    expect(await resolveClaude(path, env)).toEqual({ path, version: '2.1.330' })
  })
})

describe('a sentence with the way out', () => {
  it('says that it is not installed', async () => {
    const sentence = 'Claude Code is not installed: there is no "claude" on the PATH'
    expect(await problem(undefined, { PATH: folder })).toBe(sentence)
    expect(await problem(undefined, {})).toBe(sentence)
  })

  it('says that there is nothing at the path that was named, or nothing that can be run', async () => {
    const missing = join(folder, 'missing')
    expect(await problem(missing)).toBe(`there is no Claude Code at ${missing}`)
    const text = program('text', 'echo 2.1.330', 0o644)
    expect(await problem(text)).toBe(`there is no Claude Code at ${text}`)
  })

  it('says that it is a folder', async () => {
    expect(await problem(folder)).toBe(`there is no Claude Code at ${folder}`)
  })

  it.each(['2.1.249', '2.1.200', '1.0.128', '0.2.9'])('says that it is too old: %s', async (version) => {
    const path = program('claude', `echo "${version} (Claude Code)"`)
    expect(await problem(path)).toBe(`Claude Code ${version} (${path}) is too old: auxot needs 2.1.250 or newer`)
  })

  it.each<[string, string, RegExp]>([
    ['something else', 'echo "Welcome to claude"', /did not say a version: Welcome to claude$/],
    [
      'an error',
      'echo "claude native binary not installed." >&2; exit 1',
      /version: claude native binary not installed\.$/,
    ],
    ['more than one line', 'echo one; echo two', /version: one$/],
    ['nothing at all', 'exit 3', /version: Command failed with exit code 3/],
  ])('says what it said instead of a version: %s', async (_, script, sentence) => {
    const path = program('claude', script)
    const message = await problem(path, { PATH: process.env.PATH })
    expect(message).toMatch(sentence)
    expect(message).toContain(`"${path} --version" did not say a version`)
  })

  it('says why it could not be started', async () => {
    const path = join(folder, 'claude')
    writeFileSync(path, '#!/nowhere/interpreter\n', { mode: 0o755 })
    expect(await problem(path)).toMatch(/did not say a version: .*(ENOENT|failed)/)
  })
})
