import { join } from 'node:path'
import { z } from 'zod'
import { UsageError } from '../../shared/errors.ts'
import { readDockerJson } from '../drivers/docker-json.ts'
import { askLoginHelper } from './login-helper.ts'
import { registryOf } from './registry-of.ts'

/** What an engine shows a registry, in the words of the Engine API: a name and password, or a token. */
export interface RegistryLogin {
  readonly serveraddress: string
  readonly username?: string
  readonly password?: string
  readonly identitytoken?: string
}

/** Finds the login for an image's registry. Undefined where there is none, which is enough for what is public. */
export type LoginFor = (image: string) => Promise<RegistryLogin | undefined>

/** What `docker login` leaves, as far as it is about logins. The names of registries may be whole URLs. */
const loginFile = z.object({
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
})
type LoginFile = z.infer<typeof loginFile>

/**
 * The logins of the docker command: those of a helper for one registry, of the helper for all, and those in the file itself.
 * @param configFolder the docker command's; absent: there are none
 * @throws UsageError for a file that cannot be understood, or a helper that does not do its work
 */
export function dockerLogins(configFolder: string | undefined): LoginFor {
  return async (image) => {
    if (configFolder === undefined) return undefined
    const registry = registryOf(image)
    const file = readLogins(join(configFolder, 'config.json'))
    const helper = file.credHelpers?.[registry] ?? file.credsStore
    const login = helper ? await askLoginHelper(helper, registry) : loginIn(file, registry)
    return login && { serveraddress: registry, ...login }
  }
}

function readLogins(path: string): LoginFile {
  const found = loginFile.safeParse(readDockerJson(path))
  if (found.success) return found.data
  const where = found.error.issues[0]?.path.join('.') ?? ''
  throw new UsageError(
    `The logins in Docker's configuration ${path} cannot be understood: ${where} is not as it should be`,
    {
      hint: 'Log in again with "docker login", or repair the file.',
    },
  )
}

function loginIn({ auths = {} }: LoginFile, registry: string): Omit<RegistryLogin, 'serveraddress'> | undefined {
  const entry = Object.entries(auths).find(([name]) => hostIn(name) === hostIn(registry))?.[1]
  if (entry?.identitytoken) return { identitytoken: entry.identitytoken }
  const [username = '', ...password] = Buffer.from(entry?.auth ?? '', 'base64')
    .toString('utf8')
    .split(':')
  return username === '' ? undefined : { username, password: password.join(':') }
}

/** `docker login` has written the same registry in several ways over time. */
function hostIn(name: string): string {
  return name.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
}
