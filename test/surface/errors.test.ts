import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readDocument } from '../support/json-documents.ts'
import { runAuxot } from '../support/run-auxot.ts'

const folder = mkdtempSync(join(tmpdir(), 'auxot-errors-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** No router, no Claude Code and no credential are needed to be told that something was typed wrong. */
const mistakes: readonly { argv: string[]; message: string; hint?: string; json?: true }[] = [
  { json: true, argv: ['hlep'], message: 'There is no command "hlep"', hint: 'Did you mean "auxot help"?' },
  {
    json: true,
    argv: ['worker', 'strat'],
    message: 'There is no command "worker strat"',
    hint: 'Did you mean "auxot worker start"?',
  },
  {
    argv: ['worker', 'strat', '--help'],
    message: 'There is no command "worker strat"',
    hint: 'Did you mean "auxot worker start"?',
  },
  {
    json: true,
    argv: ['help', 'worker', 'strat'],
    message: 'There is no command "worker strat"',
    hint: 'Did you mean "auxot worker start"?',
  },
  {
    argv: ['worker', 'strat', 'canary'],
    message: 'There is no command "worker strat"',
    hint: 'Did you mean "auxot worker start"?',
  },
  { argv: ['provision'], message: 'There is no command "provision"', hint: 'See "auxot --help".' },
  {
    json: true,
    argv: ['worker', '--bogus'],
    message: 'There is no flag --bogus for "auxot worker"',
    hint: 'See "auxot worker --help".',
  },
  { argv: ['--bogus=canary'], message: 'There is no flag --bogus for "auxot"', hint: 'See "auxot --help".' },
  { argv: ['dev', '--promt', 'x'], message: 'There is no flag --promt', hint: 'Did you mean --prompt?' },
  { json: true, argv: ['dev', '--promt=canary'], message: 'There is no flag --promt', hint: 'Did you mean --prompt?' },
  { argv: ['dev', '--xyz', '--abc'], message: 'There are no flags --xyz, --abc', hint: 'See "auxot dev --help".' },
  {
    argv: ['dev', 'canary'],
    message: 'auxot dev was given an argument it does not take',
    hint: 'See "auxot dev --help".',
  },
  {
    json: true,
    argv: ['worker', 'start', 'canary'],
    message: 'auxot worker start was given an argument it does not take',
    hint: 'See "auxot worker start --help".',
  },
  {
    json: true,
    argv: ['worker', 'start', '--model'],
    message: 'Flag --model expects a value',
    hint: 'See "auxot worker start --help".',
  },
  {
    argv: ['dev', '--port', '1', '--port', '2'],
    message: 'Flag --port can only be specified once',
    hint: 'See "auxot dev --help".',
  },
  { json: true, argv: ['dev', '--port', '99999'], message: '--port: "99999" is not between 0 and 65535' },
  {
    argv: ['dev', '--log-level', 'loud'],
    message: '--log-level: "loud" is none of trace, debug, info, warn, error, silent',
  },
]

describe('a mistake', () => {
  it.concurrent.each(mistakes)(
    'exits 2 with one sentence and the way out on stderr: $argv',
    async ({ argv, message, hint }) => {
      const { code, stdout, stderr } = await runAuxot(argv)
      expect({ code, stdout, stderr }).toEqual({
        code: 2,
        stdout: '',
        stderr: `Error: ${message}.\n${hint === undefined ? '' : `  ${hint}\n`}`,
      })
    },
  )

  it.concurrent.each(mistakes.filter(({ json }) => json))(
    'exits 2 with one document on stdout when JSON is wanted: $argv',
    async ({ argv, message, hint }) => {
      const { code, stdout, stderr } = await runAuxot([...argv, '--json'])
      expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
      expect(readDocument(stdout, 'auxot.error/v1')).toEqual({
        schema: 'auxot.error/v1',
        error: { code: 'USAGE', message, ...(hint && { hint }), exitCode: 2, retryable: false },
      })
    },
  )
})

describe('a secret', () => {
  const canary = 'adm_canary0123456789abcdefghij'
  const wrongPlaces: readonly { title: string; argv: string[]; env?: Record<string, string> }[] = [
    { title: 'as a flag that does not exist', argv: ['worker', 'start', '--key', canary] },
    { title: 'behind the = of a flag that does not exist', argv: ['worker', 'start', `--gpu-key=${canary}`] },
    { title: 'as an argument', argv: ['worker', 'start', canary] },
    { title: 'as a command', argv: [canary] },
    { title: 'as a command of a topic', argv: ['worker', canary] },
    { title: 'as a page of help', argv: ['help', canary] },
    { title: 'as a setting of another kind', argv: ['worker', 'start', '--concurrency', canary] },
    { title: 'as the router', argv: ['worker', 'start', '--router-url', `https://user:${canary}@`] },
    { title: 'as the name of its file', argv: ['worker', 'start', '--key-file', `/nowhere/${canary}`] },
    { title: 'in a variable of another kind', argv: ['worker', 'start'], env: { AUXOT_JOB_TIMEOUT: canary } },
    {
      title: 'in variables that hold it rightly',
      argv: ['worker', 'start', '--bogus'],
      env: { AUXOT_GPU_KEY: canary, CLAUDE_CODE_OAUTH_TOKEN: canary, ANTHROPIC_API_KEY: canary },
    },
    {
      title: 'with a line break in it',
      argv: ['worker', 'start'],
      env: { AUXOT_GPU_KEY: `${canary}\n${canary}`, CLAUDE_CODE_OAUTH_TOKEN: `${canary} ` },
    },
  ]

  it.concurrent.each(wrongPlaces)('is never printed: $title', async ({ argv, env = {} }) => {
    for (const extra of [[], ['--json'], ['--log-level', 'trace']]) {
      const { code, stdout, stderr } = await runAuxot([...argv, ...extra], { env })
      expect(code).toBe(2)
      expect(stdout + stderr).not.toContain('canary')
      expect(stdout + stderr).not.toBe('')
    }
  })

  it('is never printed: in config.json', async () => {
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ workerKey: canary, jobTimeout: canary }))
    const { code, stdout, stderr } = await runAuxot(['worker', 'start'], { env: { AUXOT_CONFIG_DIR: folder } })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('config.json: workerKey: secrets do not belong into config.json')
    expect(stderr).not.toContain('canary')
  })
})

it('all problems of a worker are shown together, each with its way out', async () => {
  const env = { AUXOT_JOB_TIMEOUT: '30', CLAUDE_PATH: '/nowhere/claude' }
  const { code, stderr } = await runAuxot(['worker', 'start', '--concurrency', 'many'], { env })
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `Error: 6 problems:
- --router-url is missing.
  Give --router-url, set AUXOT_ROUTER_URL, or "routerUrl" in config.json.
- --concurrency: "many" is no whole number.
- AUXOT_JOB_TIMEOUT: "30" is no duration.
  Write a number with its unit: 250ms, 90s, 5m or 1h.
- There is no worker key.
  Store it once with "auxot worker token set router < FILE", give --key-file PATH, or set AUXOT_GPU_KEY_FILE or AUXOT_GPU_KEY; the router's operator makes worker keys.
- There is no Claude credential.
  Run "auxot worker token", which gets one and keeps it; or put a token of "claude setup-token" into CLAUDE_CODE_OAUTH_TOKEN, or the name of a file with it into CLAUDE_CODE_OAUTH_TOKEN_FILE. ANTHROPIC_API_KEY works too; it bills the API.
- there is no Claude Code at /nowhere/claude.
  Install it with "npm install -g @anthropic-ai/claude-code", or name the program with --claude-path or CLAUDE_PATH.
`,
  })
})
