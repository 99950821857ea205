import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine } from '../../../src/fleet/drivers/open-engine.ts'
import { AuxotError } from '../../../src/shared/errors.ts'
import { whyNoEngine } from '../../support/engine.ts'
import { whyNoOwnEngine } from '../../support/own-engine.ts'
import { runAuxot } from '../../support/run-auxot.ts'
import { TlsEngine } from '../../support/tls-engine.ts'

const reason = whyNoEngine ?? whyNoOwnEngine
if (reason && process.env.CI === 'true') throw new Error(`${reason}, and CI must test an engine behind TLS`)

const ofClients = 'extendedKeyUsage=clientAuth'

describe.skipIf(reason)(reason === undefined ? 'a real engine behind TLS' : `an engine behind TLS: ${reason}`, () => {
  let engine: TlsEngine
  beforeAll(async () => {
    engine = await TlsEngine.open()
  })
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]()
  })

  const places = (certPath: string) => ({ dockerHost: `tcp://127.0.0.1:${engine.port}`, tlsVerify: '1', certPath })
  const place = () => `https://127.0.0.1:${engine.port} (DOCKER_HOST)`

  /** What is said when an engine is opened in vain. */
  async function told(opening: Promise<unknown>) {
    const error = await opening.catch((reason: unknown) => reason)
    if (!(error instanceof AuxotError)) throw new Error('the engine was opened', { cause: error })
    return { exit: error.exit, code: error.code, message: error.message }
  }

  const refusal = (message: string) => ({ exit: 'noBackend', code: 'ENGINE_TLS', message })

  it('is spoken to by those who have a certificate', async () => {
    const certPath = engine.certPath('good', { ca: engine.authority.cert, ...engine.authority.issue('me', ofClients) })
    const opened = await openEngine(places(certPath))
    expect(await opened.listContainers({ all: true })).toEqual([])
  })

  it.each([
    ['no certificate', 'none', () => ({})],
    ['one of another authority', 'stranger', () => engine.anotherAuthority().issue('me', ofClients)],
    ['one whose time is over', 'late', () => engine.authority.issue('late', ofClients, -1)],
  ])('lets nobody in with %s', async (_, name, pair) => {
    const certPath = engine.certPath(name, { ca: engine.authority.cert, ...pair() })
    const message = `The Docker engine at ${place()} does not let us in: bad certificate`
    expect(await told(openEngine(places(certPath)))).toEqual(refusal(message))
  })

  it('is not trusted where another authority is to vouch for it, or one that is none', async () => {
    const another = engine.certPath('another', { ca: engine.anotherAuthority().cert })
    const message = `No TLS connection to the Docker engine at ${place()}: unable to verify the first certificate`
    expect(await told(openEngine(places(another)))).toEqual(refusal(message))
    writeFileSync(join(another, 'ca.pem'), 'nonsense')
    const nonsense = 'The ca.pem for the Docker engine holds no certificate'
    expect(await told(openEngine(places(another)))).toEqual(refusal(nonsense))
  })

  it('is not spoken to with a certificate and the key of another', async () => {
    const [{ cert }, { key }] = [engine.authority.issue('first', ofClients), engine.authority.issue('other', ofClients)]
    const certPath = engine.certPath('mixed', { ca: engine.authority.cert, cert, key })
    const message = `No TLS connection to the Docker engine at ${place()}: key values mismatch`
    expect(await told(openEngine(places(certPath)))).toEqual(refusal(message))
  })

  it('says so to those who come without TLS, whoever asks', async () => {
    const message = 'The Docker engine wants to be spoken to with TLS'
    const dockerHost = `tcp://127.0.0.1:${engine.port}`
    expect(await told(openEngine({ dockerHost }))).toEqual(refusal(message))
    const { code, stderr } = await runAuxot(['worker', 'status'], { env: { DOCKER_HOST: dockerHost } })
    expect({ code, stderr }).toMatchObject({ code: 7, stderr: expect.stringContaining(message) })
  })

  it('keeps those out who run a command without a certificate', async () => {
    const certPath = engine.certPath('command', { ca: engine.authority.cert })
    const env = { DOCKER_HOST: `tcp://127.0.0.1:${engine.port}`, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certPath }
    const { code, stdout, stderr } = await runAuxot(['worker', 'logs'], { env })
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toMatch(/^Error: The Docker engine at .* does not let us in: bad certificate\.\n {2}It wants .+\n$/)
  })
})
