import { describe, expect, it } from 'vitest'
import { commonSettings, workerSettings } from '../../src/settings/definitions.ts'
import { devSettings } from '../../src/settings/dev-definitions.ts'
import { everySetting } from '../../src/settings/every-setting.ts'
import {
  drainSettings,
  imageSettings,
  logsSettings,
  scaleSettings,
  statusSettings,
  stopSettings,
} from '../../src/settings/fleet-definitions.ts'
import {
  doctorSettings,
  tokenPrintSettings,
  tokenRmSettings,
  tokenSetSettings,
  tokenSetupSettings,
  tokenStatusSettings,
} from '../../src/settings/token-definitions.ts'
import { manifestCommands } from '../support/manifest.ts'

const commands = manifestCommands()
const settings = Object.values(everySetting)

it('commands, arguments and flags are the ones that were agreed on', async () => {
  const lines = commands.flatMap(({ id, args, flags }) => [
    id.replaceAll(':', ' '),
    ...Object.keys(args).map((name) => `  ${name.toUpperCase()}`),
    ...Object.entries(flags)
      .map(([name, { char, type }]) => `  --${name}${char ? ` -${char}` : ''}${type === 'boolean' ? '' : ' VALUE'}`)
      .sort(),
  ])
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('commands.snapshot.txt')
})

describe.each(commands)('auxot $id', ({ summary, examples, flags, args }) => {
  it('has a summary and an example', () => {
    expect(summary).toMatch(/^[A-Z].*\.$/)
    expect(examples?.length).toBeGreaterThan(0)
  })

  it('describes every argument', () => {
    expect(Object.values(args).filter(({ description }) => !description)).toEqual([])
  })

  it('has a variable for every flag, which its help names', () => {
    for (const [flag, { description }] of Object.entries(flags)) {
      const variables = settings.filter((candidate) => candidate.flag === flag).map(({ env }) => `env: ${env}]`)
      expect(variables, `--${flag}`).not.toEqual([])
      expect(
        variables.some((variable) => description?.includes(variable)),
        `--${flag}: ${description}`,
      ).toBe(true)
    }
  })

  it('understands --json, --log-level, --log-format, --quiet and --no-input', () => {
    expect(Object.keys(flags)).toEqual(expect.arrayContaining(Object.values(commonSettings).map(({ flag }) => flag)))
  })
})

describe('settings', () => {
  it.each([
    ['worker:start', workerSettings],
    ['dev', devSettings],
    ['doctor', doctorSettings],
    ['worker:image', imageSettings],
    ['worker:scale', scaleSettings],
    ['worker:status', statusSettings],
    ['worker:drain', drainSettings],
    ['worker:stop', stopSettings],
    ['worker:logs', logsSettings],
    ['worker:token', tokenSetupSettings],
    ['worker:token:set', tokenSetSettings],
    ['worker:token:status', tokenStatusSettings],
    ['worker:token:print', tokenPrintSettings],
    ['worker:token:rm', tokenRmSettings],
  ] as const)('of %s are its flags, all of them', (id, table) => {
    const flags = commands.find((command) => command.id === id)?.flags ?? {}
    expect(Object.keys(flags).sort()).toEqual(
      Object.values(table)
        .map(({ flag }) => flag)
        .sort(),
    )
  })

  it('have variables of their own, with AUXOT_ in front except where Claude Code has a name for it', () => {
    const names = settings.map(({ env }) => env)
    // Commands may differ in what a flag of theirs means by itself, but not in what a variable is for.
    const flags = new Set(settings.map(({ env, flag }) => `${env} ${flag}`))
    expect(flags.size).toBe(new Set(names).size)
    expect(names.filter((name) => !name.startsWith('AUXOT_'))).toEqual(['CLAUDE_PATH'])
  })

  it('have keys of their own in config.json', () => {
    const keys = Object.values(workerSettings).flatMap(({ key }) => (key === false ? [] : [key]))
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('have defaults that their kinds accept', () => {
    for (const setting of settings) {
      if (setting.default !== undefined) expect(() => setting.kind.parse(`${setting.default}`)).not.toThrow()
    }
  })

  it('are described in one line without a full stop', () => {
    expect(settings.filter(({ summary }) => !/^[a-zC].*[^.]$/.test(summary)).map(({ flag }) => flag)).toEqual([])
  })
})
