import { execa } from 'execa'
import { z } from 'zod'
import { UsageError } from '../../shared/errors.ts'
import type { RegistryLogin } from './registry-login.ts'

/** A keychain may ask its owner first. */
const limitMs = 30_000

/** The answer of `docker-credential-NAME get`; a user of that name stands for a token. */
const answer = z.object({ Username: z.string(), Secret: z.string() })
const userOfTokens = '<token>'

const wayOut = 'Log in again with "docker login", or take the helper out of Docker\'s config.json.'

/**
 * Asks a credential helper of the docker command for the login at a registry. Undefined where it has none.
 * @throws UsageError where there is no such program, it fails or cannot be understood
 */
export async function askLoginHelper(
  name: string,
  registry: string,
): Promise<Omit<RegistryLogin, 'serveraddress'> | undefined> {
  const program = `docker-credential-${name}`
  const fail = (why: string) =>
    new UsageError(`${program}, which keeps the login for ${registry}, ${why}`, { hint: wayOut })
  const { stdout, stderr, failed, code, timedOut } = await execa(program, ['get'], {
    input: registry,
    reject: false,
    timeout: limitMs,
  })
  if (code === 'ENOENT') throw fail('is not installed')
  if (timedOut) throw fail('gives no answer')
  if (failed && /credentials not found|no credentials/i.test(`${stdout} ${stderr}`)) return undefined
  if (failed) throw fail('fails')
  const { data } = answer.safeParse(parsed(stdout))
  if (!data) throw fail('gives an answer that cannot be understood')
  const { Username: username, Secret: secret } = data
  return username === userOfTokens ? { identitytoken: secret } : { username, password: secret }
}

/** Whatever it is, it holds a password: it is never said. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
