import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dockerLogins } from '../../../src/fleet/registry/registry-login.ts'
import { dockerHub } from '../../../src/fleet/registry/registry-of.ts'

const registry = 'registry.example.com:5000'
const image = `${registry}/team/worker:1`
const base64 = (text: string) => Buffer.from(text).toString('base64')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auxot-logins-'))
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function configure(config: object | string): void {
  writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
}

/** A credential helper, as a shell script. */
function helper(name: string, script: string): void {
  const path = join(folder, `docker-credential-${name}`)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

const login = (name = image) => dockerLogins(folder)(name)

describe('the login for a registry', () => {
  it('is none where nobody has logged in', async () => {
    expect(await dockerLogins(undefined)(image)).toBeUndefined()
    expect(await login()).toBeUndefined()
    configure({ auths: {} })
    expect(await login()).toBeUndefined()
    // As "docker login" leaves it for a helper that keeps the rest.
    configure({ auths: { [registry]: {} } })
    expect(await login()).toBeUndefined()
  })

  it.each([registry, `https://${registry}`, `https://${registry}/v1/`])(
    'is the one in the file, under %s',
    async (name) => {
      configure({
        auths: { 'other.example.com': { auth: base64('other:x') }, [name]: { auth: base64('ci:pass:word') } },
      })
      expect(await login()).toEqual({ serveraddress: registry, username: 'ci', password: 'pass:word' })
    },
  )

  it('is a token where the registry gave one', async () => {
    configure({ auths: { [registry]: { identitytoken: 'a-token', auth: base64('ci:') } } })
    expect(await login()).toEqual({ serveraddress: registry, identitytoken: 'a-token' })
  })

  it('is that of Docker’s own registry for an image without one', async () => {
    configure({ auths: { [dockerHub]: { auth: base64('me:secret') } } })
    expect(await login('team/worker')).toEqual({ serveraddress: dockerHub, username: 'me', password: 'secret' })
    expect(await login()).toBeUndefined()
  })

  it('comes from the helper for all, and before it from the one for this registry', async () => {
    helper('all', 'read host; echo "{\\"Username\\":\\"all\\",\\"Secret\\":\\"of $host\\"}"')
    helper('one', 'echo \'{"Username":"<token>","Secret":"a-token"}\'')
    configure({ credsStore: 'all', auths: { [registry]: { auth: base64('file:x') } } })
    expect(await login()).toEqual({ serveraddress: registry, username: 'all', password: `of ${registry}` })
    configure({ credsStore: 'all', credHelpers: { [registry]: 'one' } })
    expect(await login()).toEqual({ serveraddress: registry, identitytoken: 'a-token' })
  })

  it('is none where the helper knows of none', async () => {
    helper('all', 'echo "credentials not found in native keychain"; exit 1')
    configure({ credsStore: 'all' })
    expect(await login()).toBeUndefined()
  })

  const keeper = `docker-credential-all, which keeps the login for ${registry},`
  it.each([
    ['is not there', undefined, `${keeper} is not installed`],
    ['fails', 'echo "the keychain is locked" >&2; exit 1', `${keeper} fails`],
    ['cannot be understood', 'echo "the password is hunter2"', `${keeper} gives an answer that cannot be understood`],
  ])('is asked for in vain where the helper %s', async (_, script, message) => {
    if (script !== undefined) helper('all', script)
    configure({ credsStore: 'all' })
    await expect(login()).rejects.toMatchObject({ message, exit: 'usage' })
  })

  it('cannot be found in a file that is not as it should be, which is not quoted', async () => {
    configure({ auths: { [registry]: { auth: ['hunter2'] } } })
    const path = join(folder, 'config.json')
    const where = `auths.${registry}.auth is not as it should be`
    await expect(login()).rejects.toMatchObject({
      message: `The logins in Docker's configuration ${path} cannot be understood: ${where}`,
    })
    configure('hunter2')
    await expect(login()).rejects.toMatchObject({
      message: `Docker's configuration ${path} cannot be read: it is no JSON`,
    })
  })
})
