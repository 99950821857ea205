import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeEngine } from '../support/engine.ts'
import { FleetOnTrial } from '../support/fleet-on-trial.ts'
import { repositoryRoot } from '../support/repository-root.ts'

const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8')
const [, chapter = ''] = /\n## Workers in containers\n(.*?)\n## /s.exec(readme) ?? []
/** Every command of the chapter that is about a fleet's size or state, in its order. */
const commands = [...chapter.matchAll(/^npx (auxot .*)$|`(auxot worker (?:scale|drain|stop)[^`]*)`/gm)].map(
  ([, typed, named]) => typed ?? named ?? '',
)

describeEngine('the commands that README.md shows for workers in containers', () => {
  it('work one after the other', async () => {
    await using fleet = await FleetOnTrial.open()
    const other = `${fleet.name}-o`
    expect(commands.length).toBeGreaterThan(10)
    try {
      for (const command of commands) {
        // Those who leave have to be there.
        if (command.includes('drain')) await fleet.scale(3, '--linger', '0s')
        // The names of this host's own fleets are not to be touched.
        const own = command.replace('default-', `${fleet.name}-`).replace('--fleet opus', `--fleet ${other}`)
        const argv = own.split(' ').slice(1)
        const { code, stdout, stderr } = await fleet.auxot(argv, { AUXOT_LINGER: '0s' })
        expect({ command, code, stdout, stderr }).toMatchObject({ code: 0 })
      }
    } finally {
      for (const name of [fleet.name, other]) await fleet.auxot(['worker', 'scale', '0', '--fleet', name])
    }
  })
})
