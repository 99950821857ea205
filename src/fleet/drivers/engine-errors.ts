import { AuxotError } from '../../shared/errors.ts'
import { BackendError } from '../errors.ts'
import { connectionErrorFrom } from './connection-errors.ts'
import { type EngineAddress, nameOfRoute } from './engine-address.ts'
import { refusalFrom } from './engine-refusals.ts'

/**
 * One clear sentence for whatever went wrong while an engine was asked for something, with the way out.
 * @param doing what it was asked to do: `make the container x`
 * @param address the engine's, where it is known: it is said with failures on the way there
 * @returns an error of ours as it is. @throws what is a bug of ours
 */
export function engineErrorFrom(error: unknown, doing: string, address?: EngineAddress): AuxotError {
  const cause = causeOf(error)
  if (cause instanceof AuxotError) return cause
  if (isBug(cause)) throw cause
  return connectionErrorFrom(cause, doing, placeOf(address)) ?? refusalFrom(cause, doing)
}

/** There is no engine on this host, and nobody named one. */
export function absentEngine(lookedAt: readonly string[]): BackendError {
  const places = lookedAt.map((path) => `\n  ${path}`).join('')
  return new BackendError('There is no Docker engine on this host', {
    code: 'ENGINE_ABSENT',
    hint: `Install one, or name it with DOCKER_HOST or DOCKER_CONTEXT. Looked at:${places}`,
  })
}

/** A request that was given up says why in its cause. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'AbortError' && error.cause !== undefined ? error.cause : error
}

function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError
}

function placeOf(address: EngineAddress | undefined): string | undefined {
  return address && `${nameOfRoute(address.route)} (${address.source})`
}
