import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { repositoryRoot } from '../support/repository-root.ts'

const program = `
import { readFileSync } from 'node:fs'
import { forgetVariables } from './src/settings/environment.ts'
const isGone = forgetVariables(['SECRET', 'LAST', 'EMPTY', 'ABSENT'])
const shown = readFileSync('/proc/self/environ', 'latin1').split('\\0')
process.stdout.write(JSON.stringify({ isGone, secret: process.env.SECRET, other: process.env.OTHER, shown }))
`

it.skipIf(process.platform !== 'linux')(
  'variables that are forgotten are not shown by the kernel, and others still are',
  async () => {
    const env = {
      PATH: `${process.env.PATH}`,
      SECRETS: 'not-this',
      SECRET: 'canary with = and ü',
      EMPTY: '',
      OTHER: 'stays',
      LAST: 'canary-too',
    }
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      env,
      cwd: repositoryRoot,
    })
    const { isGone, secret, other, shown } = JSON.parse(stdout) as Record<string, unknown>
    expect({ isGone, secret, other }).toEqual({ isGone: true, secret: undefined, other: 'stays' })
    const stars = (text: string) => '*'.repeat(Buffer.byteLength(text))
    expect(shown).toEqual(
      expect.arrayContaining([
        `SECRET=${stars(env.SECRET)}`,
        'SECRETS=not-this',
        'OTHER=stays',
        `LAST=${stars(env.LAST)}`,
      ]),
    )
  },
)
