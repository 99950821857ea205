import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../shared/errors.ts'
import { nearest } from '../../shared/nearest.ts'
import { readDockerJson } from './docker-json.ts'
import type { EngineRoute } from './engine-address.ts'
import { tlsOfContext } from './engine-tls.ts'
import { routeFromHost } from './host-route.ts'

/** A context of the docker command, and who chose it. */
interface ChosenContext {
  readonly name: string
  /** `DOCKER_CONTEXT`, or a file. */
  readonly from: string
}

/** What of a context's file concerns the engine. */
interface ContextFile {
  readonly Name?: unknown
  readonly Endpoints?: { readonly docker?: { readonly Host?: unknown; readonly SkipTLSVerify?: unknown } }
}

/** The context that `docker context use` chose. @throws UsageError for a file that cannot be understood */
export function currentContext(configFolder: string): ChosenContext | undefined {
  const path = join(configFolder, 'config.json')
  const { currentContext: name } = readDockerJson(path) as { readonly currentContext?: unknown }
  return typeof name === 'string' && name !== '' ? { name, from: path } : undefined
}

/** The way to a context's engine. @throws UsageError */
export function contextRoute({ name, from }: ChosenContext, configFolder: string | undefined): EngineRoute {
  const folder = join(configFolder ?? '.', 'contexts')
  // Slow to load, and most hosts have no contexts.
  const { createHash } = process.getBuiltinModule('node:crypto')
  const id = createHash('sha256').update(name).digest('hex')
  const path = join(folder, 'meta', id, 'meta.json')
  if (configFolder === undefined || !existsSync(path)) throw unknownContext({ name, from }, folder)
  const { Endpoints } = readDockerJson(path) as ContextFile
  const { Host: host, SkipTLSVerify: skipsVerify } = Endpoints?.docker ?? {}
  if (typeof host !== 'string' || host === '') {
    throw new UsageError(`The Docker context "${name}" (${from}) names no engine`, { hint: chooseAnother })
  }
  const tls = tlsOfContext(join(folder, 'tls', id, 'docker'), skipsVerify === true)
  const route = routeFromHost(host, `The address in the Docker context "${name}"`, { usesTls: tls !== undefined })
  return route.kind === 'tcp' && tls ? { ...route, tls } : route
}

const chooseAnother = 'Choose another with DOCKER_CONTEXT or "docker context use", or name the engine with DOCKER_HOST.'

function unknownContext({ name, from }: ChosenContext, folder: string): UsageError {
  const known = ['default', ...namesIn(join(folder, 'meta'))]
  const near = nearest(name, known)
  const guess = near === undefined ? '' : `; did you mean "${near}"?`
  return new UsageError(`There is no Docker context "${name}" (${from})${guess}`, {
    hint: `There are: ${known.join(', ')}. ${chooseAnother}`,
  })
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((id) => {
    try {
      const { Name } = readDockerJson(join(folder, id, 'meta.json')) as ContextFile
      return typeof Name === 'string' ? [Name] : []
    } catch {
      // Only a suggestion.
      return []
    }
  })
}
