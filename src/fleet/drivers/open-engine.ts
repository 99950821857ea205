import type Dockerode from 'dockerode'
import { BackendError } from '../errors.ts'
import { apiHint, apiProblem } from './api-version.ts'
import { dockerodeFor } from './dockerode-for.ts'
import { type EngineAddress, type EnginePlaces, engineAddressFrom, nameOfRoute } from './engine-address.ts'
import { absentEngine, engineErrorFrom } from './engine-errors.ts'

/** How long the first answer may take; a login takes longer than a socket. */
const answerLimitMs = { socket: 10_000, tcp: 10_000, ssh: 30_000 }

/**
 * Opens the engine: it answers, and knows what we ask for.
 * @param limitMs how long its first answer may take
 * @throws BackendError where it is absent, cannot be reached, refuses us or is too old; UsageError where what names it is wrong
 */
export async function openEngine(places: EnginePlaces, limitMs?: number): Promise<Dockerode> {
  const address = engineAddressFrom(places)
  const { route } = address
  if (route.kind === 'none') throw absentEngine(route.lookedAt)
  const engine = await dockerodeFor(route)
  const problem = apiProblem(await apiVersionOf(engine, address, limitMs ?? answerLimitMs[route.kind]))
  if (problem === undefined) return engine
  const message = `The Docker engine at ${nameOfRoute(route)} ${problem}`
  throw new BackendError(message, { code: 'ENGINE_TOO_OLD', hint: apiHint })
}

async function apiVersionOf(engine: Dockerode, address: EngineAddress, limitMs: number): Promise<string> {
  try {
    const { ApiVersion } = await versionOf(engine, AbortSignal.timeout(limitMs))
    if (typeof ApiVersion === 'string') return ApiVersion
  } catch (error) {
    throw engineErrorFrom(error, 'say its version', address)
  }
  const message = `What answers at ${nameOfRoute(address.route)} (${address.source}) is no Docker engine`
  throw new BackendError(message, { code: 'ENGINE_UNREACHABLE' })
}

/** The types of dockerode leave the signal out. */
async function versionOf(engine: Dockerode, abortSignal: AbortSignal): Promise<{ readonly ApiVersion?: unknown }> {
  return await (engine as unknown as { version(options: object): Promise<object> }).version({ abortSignal })
}
