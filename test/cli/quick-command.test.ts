import { Config } from '@oclif/core/config'
import { parse } from '@oclif/core/parser'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { flagsFrom } from '../../src/cli/flags-from-settings.ts'
import { plainFlags } from '../../src/cli/plain-flags.ts'
import { configDirFrom, ranQuickly } from '../../src/cli/quick-command.ts'
import { statusSettings } from '../../src/settings/fleet-definitions.ts'
import { repositoryRoot } from '../support/repository-root.ts'

const settings = Object.values(statusSettings)
const isSwitch = ({ kind }: (typeof settings)[number]) => kind.placeholder === ''

/** What oclif makes of a command line; undefined where it refuses it. */
async function flagsOfOclif(argv: readonly string[]): Promise<Record<string, unknown> | undefined> {
  try {
    return (await parse([...argv], { flags: flagsFrom(statusSettings), strict: true })).flags as Record<string, unknown>
  } catch {
    return undefined
  }
}

const value = fc.constantFrom('5m', 'default', 'ready=5', 'https://router.example.com', '', 'a b', '-1', '--json', '=')
const flagWords: fc.Arbitrary<string[]> = fc
  .constantFrom(...settings)
  .chain((setting: (typeof settings)[number]): fc.Arbitrary<string[]> => {
    const flag = `--${setting.flag}`
    if (isSwitch(setting)) return fc.constantFrom([flag], [flag], [`${flag}=true`], [`--no-${setting.flag}`])
    return fc.oneof(
      value.map((text) => [flag, text]),
      value.map((text) => [`${flag}=${text}`]),
    )
  })
const word = fc.oneof(flagWords, fc.constantFrom(['--'], ['-j'], ['--help'], ['default'], ['--jso'], ['-']))

describe('a plain command line', () => {
  it('has the flags that oclif would find, or is left to oclif', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 4 }), async (words) => {
        const flags = plainFlags(words.flat(), statusSettings)
        if (flags !== undefined) expect(await flagsOfOclif(words.flat())).toEqual(flags)
      }),
    )
  })

  it('is taken where it is right', () => {
    const argv = ['--json', '--fleet', 'opus', '--timeout=2m', '--watch', '--wait', 'ready=5']
    expect(plainFlags(argv, statusSettings)).toEqual({
      json: true,
      fleet: 'opus',
      timeout: '2m',
      watch: true,
      wait: 'ready=5',
    })
    expect(plainFlags([], statusSettings)).toEqual({})
  })

  it.each([
    ['--help'],
    ['--fleet'],
    ['--json', '--json'],
    ['opus'],
    ['--jso'],
    ['--json=true'],
    ['--'],
    ['--fleet', '-1'],
  ])('is left to oclif where it is not: %j %j', (...argv) => expect(plainFlags(argv, statusSettings)).toBeUndefined())
})

describe('without oclif', () => {
  it.each([
    [],
    ['worker'],
    ['worker', 'start'],
    ['worker', 'stauts'],
    ['--json', 'worker', 'status'],
    ['worker', 'status', 'x'],
  ])('nothing else is run: %j', async (...argv) =>
    expect(
      await ranQuickly(
        argv.filter((word) => word !== undefined),
        {},
      ),
    ).toBe(false),
  )

  const names = ['HOME', 'XDG_CONFIG_HOME', 'AUXOT_CONFIG_DIR'] as const
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]))
  afterEach(() => {
    for (const name of names) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  })

  it
    .skipIf(process.platform === 'win32')
    .each([
      { HOME: '/home/me' },
      { HOME: '/home/me', XDG_CONFIG_HOME: '/xdg' },
      { HOME: '/home/me', XDG_CONFIG_HOME: '/xdg', AUXOT_CONFIG_DIR: '/auxot' },
      { HOME: '', XDG_CONFIG_HOME: '', AUXOT_CONFIG_DIR: '' },
    ] as Readonly<Record<string, string>>[])('the folder of config.json is the one that oclif has: %j', async (env) => {
    for (const name of names) delete process.env[name]
    Object.assign(process.env, env)
    const { configDir } = await Config.load({ root: repositoryRoot })
    expect(configDirFrom(env)).toBe(configDir)
  })
})
