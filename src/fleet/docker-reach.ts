import { json } from 'node:stream/consumers'
import { AuxotError, messageOf } from '../shared/errors.ts'
import { apiHint, apiProblem } from './drivers/api-version.ts'
import { type EngineAddress, type EnginePlaces, engineAddressFrom, nameOfRoute } from './drivers/engine-address.ts'
import { absentEngine, engineErrorFrom } from './drivers/engine-errors.ts'
import { askEngine, type EngineQuestion, type PlainTarget, plainTarget } from './drivers/engine-http.ts'
import { openEngine } from './drivers/open-engine.ts'

/** Whether a Docker engine answers that will do, and what it is. */
export type DockerReach =
  /** `reason`: a clause without a full stop. */
  | { readonly kind: 'failed'; readonly reason: string; readonly hint?: string | undefined }
  | { readonly kind: 'reached'; readonly at: string; readonly apiVersion: string; readonly memoryBytes: number }

/** What is asked of an engine. */
interface EngineFacts {
  readonly ApiVersion?: unknown
  readonly MemTotal?: unknown
}

const limitMs = 3_000
/** A login takes its time. */
const loginLimitMs = 10_000

/** Asks the engine for its version and its memory. Never rejects. */
export async function reachDocker(places: EnginePlaces): Promise<DockerReach> {
  try {
    const address = engineAddressFrom(places)
    return reachFrom(await factsOf(address, places), address)
  } catch (error) {
    const hint = error instanceof AuxotError ? error.hint : undefined
    return {
      kind: 'failed',
      reason: messageOf(error).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()),
      hint,
    }
  }
}

function reachFrom({ ApiVersion, MemTotal }: EngineFacts, { route, source }: EngineAddress): DockerReach {
  // A context is the operator's choice of long ago; the others show in the address.
  const at = `${nameOfRoute(route)}${source.startsWith('context') ? ` (${source})` : ''}`
  if (typeof ApiVersion !== 'string') return { kind: 'failed', reason: `what answers at ${at} is no Docker engine` }
  const problem = apiProblem(ApiVersion)
  if (problem !== undefined) return { kind: 'failed', reason: `the Docker engine at ${at} ${problem}`, hint: apiHint }
  return { kind: 'reached', at, apiVersion: ApiVersion, memoryBytes: Number(MemTotal ?? 0) }
}

/** By hand where that can be done: dockerode takes longer to load than the engine to answer. */
async function factsOf(address: EngineAddress, places: EnginePlaces): Promise<EngineFacts> {
  const { route } = address
  if (route.kind === 'none') throw absentEngine(route.lookedAt)
  const target = plainTarget(route)
  if (!target) return await askThroughDockerode(places)
  const signal = AbortSignal.timeout(limitMs)
  try {
    const [version, info] = await Promise.all(['/version', '/info'].map((path) => ask(target, { path, signal })))
    return { ...info, ...version }
  } catch (error) {
    throw engineErrorFrom(error, 'say its version', address)
  }
}

async function askThroughDockerode(places: EnginePlaces): Promise<EngineFacts> {
  const engine = await openEngine(places, loginLimitMs)
  const [version, info] = await Promise.all([engine.version(), engine.info()])
  return { ...info, ...version }
}

async function ask(target: PlainTarget, question: EngineQuestion): Promise<EngineFacts> {
  const response = await askEngine(target, question)
  return (await json(response).catch(unlessNoJson)) as EngineFacts
}

function unlessNoJson(error: unknown): EngineFacts {
  if (error instanceof SyntaxError) return {}
  throw error
}
