import type { FoundCredential } from '../../../credentials/claude-credential.ts'
import { apiKeyVariable, oauthTokenVariable, workerKeyVariable } from '../../../credentials/secret-variables.ts'
import { passedOn, usableAddress } from '../../../settings/claude-environment.ts'
import {
  claudeSettings,
  commonSettings,
  connectionSettings,
  servingSettings,
  workerSettings,
} from '../../../settings/definitions.ts'
import { type Environment, variable } from '../../../settings/environment.ts'
import { passedSettings, type scaleSettings } from '../../../settings/fleet-definitions.ts'
import { type Kind, moment } from '../../../settings/kinds.ts'
import type { Setting, ValuesOf } from '../../../settings/setting.ts'
import { assertNoPassword, hostFromInside, urlFromInside } from './from-inside.ts'
import type { ScaleSettings } from './resolve-scale.ts'

type ScaleValues = ValuesOf<typeof scaleSettings>

/** Where a worker in a container finds what it is not to have in its environment. */
export const inside = {
  folder: '/run/secrets',
  workerKey: 'worker-key',
  credential: 'claude-credential',
  ca: 'ca.pem',
} as const

/** For health: workers that share the host's network share its ports, too. */
const anyPort = '127.0.0.1:0'

/**
 * The environment of a fleet's workers: every setting that is not a worker's own default, in one spelling, where its secrets are, and
 * what steers the way to router and model. No secret is in it.
 */
export function workerEnv(
  { values, sources }: ScaleSettings,
  {
    env,
    credential,
    hasCa,
  }: { env: Environment; credential: Pick<FoundCredential, 'kind' | 'expiresAtMs'>; hasCa: boolean },
): Record<string, string> {
  const sharesHost = values.network === 'host'
  const asSeen = (url: string) => (sharesHost ? url : urlFromInside(url))
  const router = asSeen(connectionSettings.routerUrl.kind.format?.(values.routerUrl) ?? '')
  const isLocal = router.includes(hostFromInside)
  const file = (name: string) => `${inside.folder}/${name}`
  const { kind, expiresAtMs } = credential
  return sortedByName({
    ...(expiresAtMs !== undefined && { [claudeSettings.tokenExpires.env]: moment.format?.(expiresAtMs) ?? '' }),
    ...settingsEnv(values),
    ...(sharesHost && sources.healthAddr === 'default' && { [servingSettings.healthAddr.env]: anyPort }),
    ...connectionEnv(env, asSeen, isLocal),
    ...(hasCa && { NODE_EXTRA_CA_CERTS: file(inside.ca) }),
    [connectionSettings.routerUrl.env]: router,
    [`${workerKeyVariable}_FILE`]: file(inside.workerKey),
    [`${kind === 'api-key' ? apiKeyVariable : oauthTokenVariable}_FILE`]: file(inside.credential),
    [commonSettings.logFormat.env]: 'json',
    [commonSettings.logLevel.env]: values.workerLogLevel,
    [workerSettings.userIfPossible.env]: 'true',
    // A container that its engine lost hold of is removed with its volume, and what runs of it has to see that.
    [workerSettings.leaveWithout.env]: inside.folder,
  })
}

/** What differs from what a worker does by itself. */
function settingsEnv(values: ScaleValues): Record<string, string> {
  const passed = Object.entries(passedSettings) as [keyof typeof passedSettings, Setting][]
  return Object.fromEntries(
    passed.flatMap(([name, { env, kind }]) => {
      const text = formatted(kind, values[name])
      return text === undefined || text === ownDefault(name) ? [] : [[env, text]]
    }),
  )
}

function ownDefault(name: keyof typeof passedSettings): string | undefined {
  const { kind, default: fallback } = workerSettings[name] as Setting
  return fallback === undefined ? undefined : formatted(kind, kind.parse(fallback))
}

function formatted(kind: Kind<unknown>, value: unknown): string | undefined {
  return value === undefined ? undefined : kind.format?.(value)
}

/** The way to the model service: what a worker on this host would have. */
function connectionEnv(env: Environment, asSeen: (url: string) => string, isLocal: boolean): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of passedOn) {
    const value = variable(env, name) ?? variable(env, name.toLowerCase())
    if (value === undefined || name === 'NODE_EXTRA_CA_CERTS') continue
    if (name !== 'NO_PROXY') assertNoPassword(name, value)
    found[name] = name === 'NO_PROXY' ? value : asSeen(usableAddress(name, value))
  }
  const usesProxy = found.HTTP_PROXY !== undefined || found.HTTPS_PROXY !== undefined
  // No proxy knows the host by this name.
  if (usesProxy && isLocal) found.NO_PROXY = [found.NO_PROXY, hostFromInside].filter(Boolean).join(',')
  return found
}

function sortedByName(entries: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)))
}
