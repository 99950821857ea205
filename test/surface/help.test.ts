import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/shared/exit-codes.ts'
import { readDocument } from '../support/json-documents.ts'
import { manifestCommands } from '../support/manifest.ts'
import { runAuxot } from '../support/run-auxot.ts'

const commands = manifestCommands().map(({ id }) => id.replaceAll(':', ' '))

describe('help', () => {
  it.each([[[]], [['--help']], [['help']]])('auxot %j lists what there is', async (argv) => {
    const { code, stdout } = await runAuxot(argv)
    expect(code).toBe(0)
    expect(stdout).toMatch(/TOPICS\n {2}worker .*\n\nCOMMANDS\n {2}dev .*\n(?:.*\n)* {2}help/)
  })

  it.each([[['worker']], [['worker', '--help']], [['-h', 'worker']], [['help', 'worker']]])(
    'auxot %j lists a topic',
    async (argv) => {
      const { code, stdout } = await runAuxot(argv)
      expect(code).toBe(0)
      expect(stdout).toMatch(/COMMANDS\n(?:.*\n)* {2}worker start {3}Serves/)
    },
  )

  it.each(commands)('auxot %s --help and auxot help %s say the same', async (command) => {
    const [flag, topic] = await Promise.all([
      runAuxot([...command.split(' '), '--help']),
      runAuxot(['help', ...command.split(' ')]),
    ])
    expect(flag.code).toBe(0)
    expect(flag.stdout).toContain(`$ auxot ${command}`)
    expect(flag.stdout).toMatch(/EXAMPLES\n/)
    expect(topic).toEqual(flag)
  })

  it('shows every exit code, to people and to scripts', async () => {
    const text = await runAuxot(['help', 'exit-codes'])
    const lines = Object.values(exitCodes).map(({ code, meaning }) => `${String(code).padEnd(3)}  ${meaning}`)
    expect(text.stdout).toBe(`What the exit codes mean.\n\n${lines.join('\n')}\n`)
    const json = await runAuxot(['help', 'exit-codes', '--json'])
    expect(readDocument(json.stdout, 'auxot.exit-codes/v1')).toMatchObject({
      exitCodes: Object.entries(exitCodes).map(([name, { code, meaning }]) => ({ name, code, meaning })),
    })
  })

  it('shows every setting, to people and to scripts', async () => {
    const text = await runAuxot(['help', 'settings'])
    expect(text.stdout).toMatch(/^--job-timeout +AUXOT_JOB_TIMEOUT +jobTimeout +30m$/m)
    const json = await runAuxot(['help', 'settings', '--json'])
    const { settings } = readDocument<{ settings: { flag: string }[] }>(json.stdout, 'auxot.settings/v1')
    const flags = new Set(manifestCommands().flatMap((command) => Object.keys(command.flags)))
    expect(new Set(settings.map(({ flag }) => flag))).toEqual(flags)
  })

  it('lists the commands to scripts', async () => {
    const { stdout } = await runAuxot(['help', '--json'])
    const document = readDocument<{ commands: { name: string }[] }>(stdout, 'auxot.help/v1')
    expect(document.commands.map(({ name }) => name)).toEqual(commands)
  })

  it('lists the commands of a topic to scripts', async () => {
    const { stdout } = await runAuxot(['help', 'worker', '--json'])
    const document = readDocument<{ commands: { name: string }[] }>(stdout, 'auxot.help/v1')
    expect(document.commands.map(({ name }) => name)).toEqual(commands.filter((name) => name.startsWith('worker ')))
  })

  it('is JSON where the environment says so', async () => {
    const { stdout } = await runAuxot(['help', 'exit-codes'], { env: { AUXOT_JSON: '1' } })
    readDocument(stdout, 'auxot.exit-codes/v1')
  })
})
