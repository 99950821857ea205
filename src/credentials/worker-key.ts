import { UsageError } from '../shared/errors.ts'
import type { Secret } from '../shared/secret.ts'
import { type FoundSecret, resolveSecret, type SecretSource } from './resolve-secret.ts'
import { workerKeyVariable as variable } from './secret-variables.ts'
import { assertNotBoth, secretInVariable, type Variables } from './sources/environment.ts'
import { secretInFile } from './sources/file.ts'
import { type SecretInput, secretOnStdin } from './sources/stdin.ts'
import { type StoredPlaces, storedSecrets } from './sources/stored.ts'

/** Where the worker key may be. */
export interface WorkerKeyPlaces {
  readonly env: Variables
  /** The file that was named, `-` for stdin, and by whom: `--key-file`, `AUXOT_GPU_KEY_FILE`, `config.json: keyFile`. */
  readonly file?: { readonly path: string; readonly source: string } | undefined
  readonly stdin: SecretInput
  readonly stored?: StoredPlaces | undefined
}

/**
 * The worker key, or undefined: `--key-file`, then `AUXOT_GPU_KEY_FILE` or `AUXOT_GPU_KEY` (not both), then the config file's
 * keyFile, then what was stored for this router.
 */
export async function findWorkerKey(places: WorkerKeyPlaces): Promise<FoundSecret | undefined> {
  if (places.file?.source !== '--key-file') assertNotBoth(places.env, variable)
  return await resolveSecret(sourcesFrom(places))
}

/** The worker key; without one no router lets a worker in. */
export async function resolveWorkerKey(places: WorkerKeyPlaces): Promise<Secret> {
  const found = await findWorkerKey(places)
  if (found) return found.secret
  throw new UsageError(
    `There is no worker key${places.env[variable] === undefined ? '' : `: ${variable} is set but empty`}`,
    {
      hint: `Store it once with "auxot worker token set router < FILE", give --key-file PATH, or set ${variable}_FILE or ${variable}; the router's operator makes worker keys.`,
    },
  )
}

function sourcesFrom({ env, file, stdin, stored }: WorkerKeyPlaces): SecretSource[] {
  const kept = stored ? storedSecrets('router', stored) : []
  const inVariable = secretInVariable(env, variable)
  if (!file) return [inVariable, ...kept]
  const inFile = file.path === '-' ? secretOnStdin(stdin, file.source) : secretInFile(file.path, file.source)
  return file.source.startsWith('config.json') ? [inVariable, inFile] : [inFile]
}
