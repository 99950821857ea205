import { describe, expect, it } from 'vitest'
import { workerEnv } from '../../../../src/cli/fleet/scale/worker-env.ts'
import { commonSettings, workerSettings } from '../../../../src/settings/definitions.ts'
import { passedSettings, scaleSettings } from '../../../../src/settings/fleet-definitions.ts'
import { readSettings } from '../../../../src/settings/read-settings.ts'
import { ProblemList } from '../../../../src/shared/problems.ts'

async function envFor(flags: Record<string, string>, env: Record<string, string> = {}, expiresAtMs?: number) {
  const problems = new ProblemList()
  const given = { 'router-url': 'https://router.example.com', ...flags }
  const settings = await readSettings(scaleSettings, { flags: given, env }, problems)
  problems.throwIfAny()
  return workerEnv(settings, { env, credential: { kind: 'oauth-token', expiresAtMs }, hasCa: false })
}

const always = {
  AUXOT_GPU_KEY_FILE: '/run/secrets/worker-key',
  AUXOT_HEALTH_ADDR: '127.0.0.1:9464',
  AUXOT_LOG_FORMAT: 'json',
  AUXOT_LOG_LEVEL: 'info',
  AUXOT_ON_AUTH_FAILURE: 'hold',
  AUXOT_ROUTER_URL: 'wss://router.example.com/ws',
  AUXOT_USER: 'auxot',
  AUXOT_LEAVE_WITHOUT: '/run/secrets',
  AUXOT_USER_IF_POSSIBLE: 'true',
  CLAUDE_CODE_OAUTH_TOKEN_FILE: '/run/secrets/claude-credential',
}

describe("the environment of a fleet's workers", () => {
  it('says where their secrets are, and what is different in a container', async () => {
    expect(await envFor({})).toEqual(always)
  })

  it('has every setting that is not a worker’s own default, in one spelling', async () => {
    const wishes = { model: 'opus', tools: 'Read, Grep', concurrency: '04', 'drain-timeout': '90s', warm: '1' }
    const settings = {
      AUXOT_CLI_DEFAULT_MODEL: 'opus',
      AUXOT_CLI_TOOLS: 'Read,Grep',
      AUXOT_CONCURRENCY: '4',
      AUXOT_DRAIN_TIMEOUT: '90000ms',
    }
    expect(await envFor(wishes)).toEqual({ ...always, ...settings })
    expect(await envFor({ ...wishes, 'drain-timeout': '1.5m' })).toEqual(await envFor(wishes))
  })

  it('says when the token expires that was stored, unless the operator says so', async () => {
    const stored = Date.parse('2027-01-31T12:00:00Z')
    expect(await envFor({}, {}, stored)).toEqual({ ...always, AUXOT_TOKEN_EXPIRES: '2027-01-31T12:00:00.000Z' })
    const said = { 'token-expires': '2026-12-24' }
    expect(await envFor(said, {}, stored)).toEqual({ ...always, AUXOT_TOKEN_EXPIRES: '2026-12-24T00:00:00.000Z' })
  })

  it('is read by a worker as what it was made from', async () => {
    const wishes = { model: 'opus', tools: 'all', kept: '7', linger: '0s', 'health-addr': '0.0.0.0:9000', once: 'true' }
    const problems = new ProblemList()
    const { values } = await readSettings(workerSettings, { flags: {}, env: await envFor(wishes) }, problems)
    problems.throwIfAny()
    expect(values).toMatchObject({
      model: 'opus',
      tools: 'all',
      kept: 7,
      linger: 0,
      once: true,
      healthAddr: { host: '0.0.0.0', port: 9_000 },
      userIfPossible: true,
    })
  })

  it('can hold every setting that a worker has, but for those that are the host’s or the image’s own', () => {
    const own = ['routerUrl', 'keyFile', 'profile', 'claudePath', 'leaveWithout', ...Object.keys(commonSettings)]
    const all = Object.keys(workerSettings).filter((name) => !own.includes(name))
    expect(Object.keys(passedSettings).sort()).toEqual(all.sort())
    expect(Object.values(passedSettings).filter(({ kind }) => !kind.format)).toEqual([])
  })

  it('names this host as containers see it, unless they share its network', async () => {
    const env = { ANTHROPIC_BASE_URL: 'http://localhost:8081/base', HTTPS_PROXY: 'http://127.0.0.1:3128' }
    const here = { 'router-url': 'http://[::1]:8080' }
    expect(await envFor(here, env)).toMatchObject({
      AUXOT_ROUTER_URL: 'ws://host.docker.internal:8080/ws',
      ANTHROPIC_BASE_URL: 'http://host.docker.internal:8081/base',
      HTTPS_PROXY: 'http://host.docker.internal:3128',
      NO_PROXY: 'host.docker.internal',
    })
    expect(await envFor({ ...here, network: 'host' }, env)).toMatchObject({
      AUXOT_ROUTER_URL: 'ws://[::1]:8080/ws',
      ANTHROPIC_BASE_URL: 'http://localhost:8081/base',
      HTTPS_PROXY: 'http://127.0.0.1:3128',
    })
  })

  it('leaves workers that share the host’s ports one each for health, unless one was named', async () => {
    expect(await envFor({ network: 'host' })).toMatchObject({ AUXOT_HEALTH_ADDR: '127.0.0.1:0' })
    const named = { network: 'host', 'health-addr': '9464' }
    expect(await envFor(named)).toMatchObject({ AUXOT_HEALTH_ADDR: '127.0.0.1:9464' })
    expect(await envFor({ network: 'workers' })).toMatchObject({ AUXOT_HEALTH_ADDR: '127.0.0.1:9464' })
  })

  it('takes no address with a password, because everybody who may inspect a container would see it', async () => {
    const env = { HTTPS_PROXY: 'http://user:hunter2@proxy.example.com:3128' }
    await expect(envFor({}, env)).rejects.toThrow(/^HTTPS_PROXY: holds a user name or password/)
    await expect(envFor({}, env)).rejects.not.toThrow('hunter2')
  })
})
