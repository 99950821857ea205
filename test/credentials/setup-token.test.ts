import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runSetupToken } from '../../src/credentials/setup-token/run-setup-token.ts'
import { tokenOnScreen } from '../../src/credentials/setup-token/token-on-screen.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { FakeSetup } from '../support/fake-setup.ts'
import { FakeTerminal } from '../support/fake-terminal.ts'

const token = `sk-ant-oat01-${'Canary_0123456789-'.repeat(5)}ab-cdefAA`
const env = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color' }

describe('the token on a screen', () => {
  const tokens = fc.stringMatching(/^[A-Za-z0-9_-]{20,150}$/).map((rest) => `sk-ant-oat01-${rest}`)

  it('is found at every width and indent', () => {
    fc.assert(
      fc.property(tokens, fc.integer({ min: 24, max: 220 }), fc.integer({ min: 0, max: 3 }), (whole, width, indent) => {
        const parts = whole.match(new RegExp(`.{1,${width - indent}}`, 'g')) ?? []
        const broken = parts.map((part) => ' '.repeat(indent) + part)
        expect(tokenOnScreen(['Your token:', '', ...broken, '', 'Store this token', 'securely.'])).toBe(whole)
      }),
    )
  })

  it.each([
    [['nothing here', 'sk-ant-api03-key'], undefined],
    [['old: sk-ant-oat01-old', '', 'sk-ant-oat01-new'], 'sk-ant-oat01-new'],
    [['│ sk-ant-oat01-abc │', '│ def              │'], 'sk-ant-oat01-abcdef'],
    [['export TOKEN=sk-ant-oat01-abc', 'defg'], 'sk-ant-oat01-abcdefg'],
    [['sk-ant-oat01-abc is yours', 'word'], 'sk-ant-oat01-abc'],
    [['sk-ant-oat01-abc', 'a longer line of words'], 'sk-ant-oat01-abc'],
    [['sk-ant-oat01-abc', 'muchlongerthanthefirst'], 'sk-ant-oat01-abc'],
  ])('is found in %j', (lines, expected) => {
    expect(tokenOnScreen(lines)).toBe(expected)
  })
})

describe('the set-up', () => {
  it.each([40, 47, 60, 61, 80, token.length, token.length + 1, token.length + 2, 120, 200])(
    'gives the token that is shown on a terminal of %d columns, with its colours',
    async (columns) => {
      using setup = new FakeSetup(token)
      using terminal = new FakeTerminal({ columns, rows: 24 })
      const got = runSetupToken({ path: setup.path, env, terminal })
      await terminal.shows(`${columns} columns, 24 rows`)
      terminal.type('the-code\r')
      expect((await got)?.reveal()).toBe(token)
      expect(terminal.written).toContain('\u001b[38;5;246m')
      expect(terminal.isFree).toBe(true)
    },
  )

  it('hears of every key and of every new size', async () => {
    using setup = new FakeSetup(token)
    using terminal = new FakeTerminal({ columns: 120, rows: 24 })
    const got = runSetupToken({ path: setup.path, env, terminal })
    await terminal.shows('120 columns, 24 rows')
    terminal.type('the')
    await terminal.shows('> ***')
    terminal.resize({ columns: 52, rows: 30 })
    await terminal.shows('52 columns, 30 rows')
    terminal.type('-code\r')
    expect((await got)?.reveal()).toBe(token)
  })

  it.each([
    ['is left with Ctrl-C', '\u0003'],
    ['fails', 'wrong-code\r'],
  ])('gives nothing when it %s', async (_, keys) => {
    using setup = new FakeSetup(token)
    using terminal = new FakeTerminal({ columns: 80, rows: 24 })
    const got = runSetupToken({ path: setup.path, env, terminal })
    await terminal.shows('Paste code here')
    terminal.type(keys)
    expect(await got).toBeUndefined()
    expect(terminal.isFree).toBe(true)
  })
})

const program = claudeProgram()

it.skipIf(!program)('the real set-up is shown and hears its keys, up to where it needs the network', async () => {
  const home = mkdtempSync(join(tmpdir(), 'auxot-real-setup-'))
  using terminal = new FakeTerminal({ columns: 100, rows: 40 })
  const offline = {
    HOME: home,
    CLAUDE_CONFIG_DIR: join(home, 'config'),
    TMPDIR: home,
    HTTPS_PROXY: 'http://127.0.0.1:9',
  }
  const got = runSetupToken({ path: `${program}`, env: { ...env, ...offline, DISABLE_TELEMETRY: '1' }, terminal })
  await terminal.shows('long-lived (1-year) auth token')
  await terminal.shows('Paste code here if prompted')
  terminal.type('code#state\r')
  await terminal.shows('error')
  // It ignores the first, and so would it every other.
  for (let press = 0; press < 3; press++) terminal.type('\u0003')
  expect(await got).toBeUndefined()
  rmSync(home, { recursive: true, maxRetries: 3 })
})
