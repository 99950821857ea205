import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const require = createRequire(import.meta.url)

/**
 * The absolute path of the real Claude Code: what AUXOT_TEST_CLAUDE names, else the pinned devDependency's.
 * Undefined where it is not installed, so that a laptop skips with a reason; under CI that is an error.
 */
export function claudeProgram(): string | undefined {
  const named = process.env.AUXOT_TEST_CLAUDE
  if (named) return existing(resolve(named), `AUXOT_TEST_CLAUDE names ${named}, which does not exist.`)
  const program = installedProgram()
  if (program === undefined && process.env.CI === 'true') {
    throw new Error(
      'The real Claude Code is not installed, and CI must test against it: run "npm ci" with optional packages.',
    )
  }
  return program
}

/** Everything a test's `claude` may see: fresh folders below `dir`, which are made, and `baseUrl` as its only model. */
export function cleanClaudeEnv(dir: string, baseUrl: string): Record<string, string> {
  const folders = { HOME: join(dir, 'home'), CLAUDE_CONFIG_DIR: join(dir, 'config'), TMPDIR: join(dir, 'tmp') }
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true })
  return {
    PATH: process.env.PATH ?? '',
    ...folders,
    ANTHROPIC_BASE_URL: baseUrl,
    CLAUDE_CODE_OAUTH_TOKEN: inventedToken,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
  }
}

/** A token that no real service knows. */
export const inventedToken = 'sk-ant-oat01-invented-for-tests'

/**
 * The platform's own package holds the program itself. The one in `.bin` is the same file, but only where install scripts
 * were allowed to run; else it is a text that says so.
 */
function installedProgram(): string | undefined {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  for (const platform of [`${process.platform}-${process.arch}`, `${process.platform}-${process.arch}-musl`]) {
    const found = packagedFile(`@anthropic-ai/claude-code-${platform}/claude${suffix}`)
    if (found !== undefined) return found
  }
  return undefined
}

function packagedFile(specifier: string): string | undefined {
  try {
    return require.resolve(specifier)
  } catch {
    return undefined
  }
}

function existing(path: string, otherwise: string): string {
  if (!existsSync(path)) throw new Error(otherwise)
  return path
}
