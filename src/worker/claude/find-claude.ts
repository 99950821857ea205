import { access, constants, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { execa } from 'execa'
import { UsageError } from '../../shared/errors.ts'
import { compareVersions, oldestVersion } from './launch.ts'

const installHint =
  'Install it with "npm install -g @anthropic-ai/claude-code", or name the program with --claude-path or CLAUDE_PATH.'
const versionLimitMs = 20_000

/**
 * Finds Claude Code and asks its version.
 * @param path as given by the operator; absent: `claude` on the PATH of `env`.
 * @throws UsageError when it is not there, does not run, or is older than what is supported.
 */
export async function resolveClaude(
  path: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<{ path: string; version: string }> {
  const program = path === undefined ? await findOnPath('claude', env) : await givenProgram(path)
  const version = await versionOf(program, env)
  if (compareVersions(version, oldestVersion) < 0) {
    throw new UsageError(`Claude Code ${version} (${program}) is too old: auxot needs ${oldestVersion} or newer`, {
      hint: installHint,
    })
  }
  return { path: program, version }
}

async function givenProgram(path: string): Promise<string> {
  const program = isAbsolute(path) ? path : resolve(path)
  if (await isExecutable(program)) return program
  throw new UsageError(`there is no Claude Code at ${program}`, { hint: installHint })
}

async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string> {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name]
  for (const folder of (env.PATH ?? '').split(delimiter).filter((each) => each !== '')) {
    for (const each of names) {
      const candidate = resolve(join(folder, each))
      if (await isExecutable(candidate)) return candidate
    }
  }
  throw new UsageError('Claude Code is not installed: there is no "claude" on the PATH', { hint: installHint })
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

async function versionOf(program: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { PATH = '' } = env
  const run = await execa(program, ['--version'], {
    env: { PATH },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: versionLimitMs,
  })
  const version = /^(\d+\.\d+\.\d+)/.exec(run.stdout)?.[1]
  if (version !== undefined) return version
  throw new UsageError(
    `"${program} --version" did not say a version: ${firstLine(run.stderr || run.stdout || (run.shortMessage ?? ''))}`,
    {
      hint: installHint,
    },
  )
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
