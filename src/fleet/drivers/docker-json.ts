import { readFileSync } from 'node:fs'
import { messageOf, UsageError } from '../../shared/errors.ts'

/** A document of the docker command's configuration; an empty one where there is no file. @throws UsageError */
export function readDockerJson(path: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    // A parser's message quotes the file, which may hold passwords of registries.
    const reason = error instanceof SyntaxError ? 'it is no JSON' : messageOf(error)
    throw new UsageError(`Docker's configuration ${path} cannot be read: ${reason}`, { hint: repair })
  }
  throw new UsageError(`Docker's configuration ${path} cannot be read: it is no JSON object`, { hint: repair })
}

const repair = 'Repair it, or name the engine with DOCKER_HOST.'
