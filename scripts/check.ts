/** Everything that has to hold before a change is handed in, fast things first. `--without-tests` leaves the tests out. */
import { spawnSync } from 'node:child_process'
import { root } from './root.ts'

const steps: readonly (readonly [what: string, script: string, ...args: string[]])[] = [
  ['format and lint', 'lint'],
  ['types', 'types'],
  ['unused code', 'unused'],
  ['compile', 'compile'],
  ['manifest', 'manifest', '--check'],
  ['README', 'readme', '--check'],
  ...(process.argv.includes('--without-tests') ? [] : ([['tests', 'test:only']] as const)),
]

const failed: string[] = []
for (const [what, script, ...args] of steps) {
  console.log(`\n> ${what}`)
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) failed.push(what)
  // Whatever comes next needs what was compiled.
  if (status !== 0 && script === 'compile') break
}
console.log(failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.join(', ')}.`)
process.exitCode = failed.length === 0 ? 0 : 1
