import { describe, expect, it } from 'vitest'
import { treeMark } from '../../../src/worker/claude/launch.ts'
import { planEnv } from '../../../src/worker/jobs/plan-env.ts'
import type { PlanNote } from '../../../src/worker/jobs/plan-note.ts'

function env(credentials: Record<string, string>) {
  const notes: PlanNote[] = []
  return { env: planEnv(credentials, (field, problem) => notes.push({ field, problem })), notes }
}

describe('credentials of a job', () => {
  it('reach the environment of its tools', () => {
    const credentials = {
      GITHUB_TOKEN: 'a',
      AWS_SECRET_ACCESS_KEY: 'b=c',
      API_KEY: '',
      _lower_9: 'two\nlines',
      DATABASE_URL: 'd',
      PGPASSWORD: 'e',
      MAXMIND_KEY: 'f',
      ENVIRONMENT: 'g',
      HOMEPAGE: 'h',
      NODEJS: 'i',
      GIT_ASKPASS: 'j',
    }
    expect(env(credentials)).toEqual({ env: credentials, notes: [] })
  })

  const steering = [
    ...['CLAUDE_CODE_OAUTH_TOKEN', 'CLAUDECODE', 'claude_config_dir', 'ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL'],
    ...['AUXOT_GPU_KEY', treeMark, 'BUN_OPTIONS', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'MCP_TOOL_TIMEOUT'],
    ...['DISABLE_COMPACT', 'ENABLE_TOOL_SEARCH', 'MAX_THINKING_TOKENS', 'API_TIMEOUT_MS', 'IS_SANDBOX', 'DEBUG'],
    ...['LD_PRELOAD', 'LD_LIBRARY_PATH', 'DYLD_INSERT_LIBRARIES', 'BASH_ENV', 'ENV', 'IFS', 'GIT_CONFIG_COUNT'],
    ...['PATH', 'Path', 'HOME', 'SHELL', 'TMPDIR', 'USERPROFILE', 'XDG_CONFIG_HOME'],
    ...['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'ALL_PROXY', 'no_proxy', 'SSL_CERT_FILE'],
  ]

  it.each(steering)('are left out under the name %s', (name) => {
    const problem = `"${name}" would steer more than the tools of the job, it is left out`
    expect(env({ [name]: 'secret', GOOD: 'x' })).toEqual({
      env: { GOOD: 'x' },
      notes: [{ field: 'credentials', problem }],
    })
  })

  it.each(['', '1A', 'A-B', 'A B', 'A=B', 'ü', 'A\0'])('are left out under %j, which is no name', (name) => {
    const problem = `${JSON.stringify(name)} is no name of an environment variable, it is left out`
    expect(env({ [name]: 'secret' })).toEqual({ env: {}, notes: [{ field: 'credentials', problem }] })
  })

  it('are left out with a value that no environment can hold, which is not repeated', () => {
    const problem = '"KEY" has a value that no environment can hold, it is left out'
    expect(env({ KEY: 'sec\0ret' })).toEqual({ env: {}, notes: [{ field: 'credentials', problem }] })
  })
})
