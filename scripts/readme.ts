/** The parts of README.md that come from the code, between their markers. `--check` compares instead of writing. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { passedOn } from '../src/settings/claude-environment.ts'
import { commonSettings, workerSettings } from '../src/settings/definitions.ts'
import { devSettings } from '../src/settings/dev-definitions.ts'
import { fleetSettings } from '../src/settings/every-setting.ts'
import type { Setting, Settings } from '../src/settings/setting.ts'
import { tokenSettings } from '../src/settings/token-definitions.ts'
import { exitCodes } from '../src/shared/exit-codes.ts'
import { root } from './root.ts'

const sections: Readonly<Record<string, () => string>> = {
  commands: commandsTable,
  'worker settings': () => settingsTable(without(workerSettings, commonSettings)),
  'dev settings': () => settingsTable(without(devSettings, { ...workerSettings, ...commonSettings })),
  'fleet settings': () => settingsTable(without(fleetSettings, { ...workerSettings, ...commonSettings })),
  'token settings': () => settingsTable(without(tokenSettings, { ...workerSettings, ...commonSettings })),
  'shared settings': () =>
    Object.keys(without(devSettings, commonSettings))
      .flatMap((name) =>
        name in workerSettings ? [`\`--${devSettings[name as keyof typeof devSettings].flag}\``] : [],
      )
      .join(', '),
  'common settings': () => settingsTable(commonSettings),
  'passed on': () => passedOn.map((name) => `\`${name}\``).join(', '),
  'exit codes': exitCodesTable,
}

/** The text with every generated part made anew. @throws when a part has no place in it. */
function freshened(text: string): string {
  return Object.entries(sections).reduce((fresh, [name, make]) => {
    const place = new RegExp(`(<!-- generated: ${name} -->\n).*?(<!-- end of generated -->)`, 's')
    if (!place.test(fresh)) throw new Error(`README.md has no place for "${name}"`)
    return fresh.replace(place, (_, start: string, end: string) => `${start}\n${make()}\n\n${end}`)
  }, text)
}

function commandsTable(): string {
  const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, { id: string; summary: string }>
  }
  const commands = Object.values(manifest.commands).sort((a, b) => a.id.localeCompare(b.id))
  return table(
    ['command', 'what it does'],
    commands.map(({ id, summary }) => [`\`auxot ${id.replaceAll(':', ' ')}\``, summary]),
  )
}

function settingsTable(settings: Settings): string {
  return table(['flag', 'environment', 'config.json', 'default', 'meaning'], Object.values(settings).map(settingRow))
}

function settingRow({ flag, env, key, default: fallback, kind, summary, required }: Setting): string[] {
  const value = kind.placeholder === '' ? '' : ` ${kind.placeholder}`
  const standard = required ? 'required' : fallback === undefined ? '' : `\`${fallback}\``
  // What is on by itself is told by how it is switched off.
  const name = value === '' && fallback === 'true' ? `[no-]${flag}` : flag
  return [`\`--${name}${value}\``, `\`${env}\``, key === false ? '' : `\`${key}\``, standard, summary]
}

function exitCodesTable(): string {
  return table(
    ['code', 'meaning'],
    Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning]),
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function without(settings: Settings, others: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !(name in others)))
}

const file = join(root, 'README.md')
const text = readFileSync(file, 'utf8')
const fresh = freshened(text)
if (!process.argv.includes('--check')) writeFileSync(file, fresh)
else if (fresh !== text) {
  console.error('README.md is not what the code says. Run "npm run readme" and commit it.')
  process.exitCode = 1
}
