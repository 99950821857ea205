import { UsageError } from '../shared/errors.ts'
import type { Secret } from '../shared/secret.ts'
import { resolveSecret, type SecretSource } from './resolve-secret.ts'
import { workerKeyVariable as variable } from './secret-variables.ts'
import { assertNotBoth, secretInVariable, type Variables } from './sources/environment.ts'
import { secretInFile } from './sources/file.ts'
import { type SecretInput, secretOnStdin } from './sources/stdin.ts'

/** Where the worker key may be. */
export interface WorkerKeyPlaces {
  readonly env: Variables
  /** The file that was named, `-` for stdin, and by whom: `--key-file`, `AUXOT_GPU_KEY_FILE`, `config.json: keyFile`. */
  readonly file?: { readonly path: string; readonly source: string } | undefined
  readonly stdin: SecretInput
}

/** The worker key: `--key-file`, then `AUXOT_GPU_KEY_FILE` or `AUXOT_GPU_KEY` (not both), then the config file's keyFile. */
export async function resolveWorkerKey(places: WorkerKeyPlaces): Promise<Secret> {
  if (places.file?.source !== '--key-file') assertNotBoth(places.env, variable)
  const key = await resolveSecret(sourcesFrom(places))
  if (key) return key
  throw new UsageError(
    `There is no worker key${places.env[variable] === undefined ? '' : `: ${variable} is set but empty`}`,
    {
      hint: `Give --key-file PATH, or set ${variable}_FILE or ${variable}; the router's operator makes worker keys.`,
    },
  )
}

function sourcesFrom({ env, file, stdin }: WorkerKeyPlaces): SecretSource[] {
  const inVariable = secretInVariable(env, variable)
  if (!file) return [inVariable]
  const inFile = file.path === '-' ? secretOnStdin(stdin, file.source) : secretInFile(file.path, file.source)
  return file.source.startsWith('config.json') ? [inVariable, inFile] : [inFile]
}
