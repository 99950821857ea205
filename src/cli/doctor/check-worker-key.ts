import { findWorkerKey } from '../../credentials/worker-key.ts'
import type { Policy } from '../../protocol/policy.ts'
import { claudeSettings } from '../../settings/definitions.ts'
import { proxyFrom, variable } from '../../settings/environment.ts'
import { AuxotError } from '../../shared/errors.ts'
import { createLog } from '../../shared/log.ts'
import type { Secret } from '../../shared/secret.ts'
import { storedPlacesFrom } from '../stored-places.ts'
import { broken, type Finding, ok, warning } from './finding.ts'
import type { Patient } from './run-doctor.ts'

const check = 'worker key'

/** Whether there is a worker key and the router accepts it: as a running worker says, or with `--probe` by a real hello. */
export async function checkWorkerKey({ input, settings, stdin }: Patient): Promise<Finding> {
  const { values, sources } = settings
  const file = values.keyFile === undefined ? undefined : { path: values.keyFile, source: sources.keyFile }
  try {
    const found = await findWorkerKey({ env: input.env, file, stdin, stored: storedPlacesFrom(input, values) })
    if (found) return await judged(found.secret, { input, settings })
    const hint = 'Keep it with "auxot worker token set router < FILE"; the router\'s operator makes worker keys.'
    return broken(check, 'usage', { message: 'there is no worker key', hint })
  } catch (error) {
    if (error instanceof AuxotError) return broken(check, error.exit, error)
    throw error
  }
}

async function judged(key: Secret, { input, settings }: Pick<Patient, 'input' | 'settings'>): Promise<Finding> {
  const place = `${key.masked()} from ${key.source}`
  const { routerUrl, probe } = settings.values
  if (!routerUrl) return warning(check, `${place}; no router is named that could be asked about it`)
  if (probe) return await greeted(key, { place, input, router: routerUrl })
  const { localWorkers } = await import('../../worker/local-worker.ts')
  const workers = await localWorkers(variable(input.env, 'XDG_RUNTIME_DIR'))
  const there = workers.flatMap(({ report }) => report ?? []).find(({ router }) => router === routerUrl.http.origin)
  if (!there) return ok(check, `${place}; --probe asks the router about it, by a hello`)
  const words = `the worker ${there.pid} on this host is ${there.state} at this router`
  if (there.state === 'auth_failed') return broken(check, 'refused', { message: `${place}; ${words}` })
  return ok(check, `${place}; ${words}`)
}

interface Greeting {
  readonly place: string
  readonly input: Patient['input']
  readonly router: NonNullable<Patient['settings']['values']['routerUrl']>
}

async function greeted(workerKey: Secret, { place, input, router }: Greeting): Promise<Finding> {
  const { proveWorkerKey } = await import('../../worker/prove-worker-key.ts')
  const log = createLog({ level: 'silent', format: 'json', colour: false, secrets: [workerKey] })
  const defaultModel = claudeSettings.model.default ?? ''
  const extraCaFile = variable(input.env, 'NODE_EXTRA_CA_CERTS')
  const proof = await proveWorkerKey({ router, workerKey, defaultModel, proxy: proxyFrom(input.env), extraCaFile }, log)
  if (proof.result === 'accepted') return ok(check, `${place}; the router accepts it, ${policyWords(proof.policy)}`)
  if (proof.result === 'refused') return broken(check, 'refused', proof.error)
  return broken(check, 'unreachable', { message: `${place}; the router could not be asked: ${proof.reason}` })
}

function policyWords({ worker_type, model_name, builtin_tools }: Policy): string {
  const tools = builtin_tools.length === 0 ? 'none' : builtin_tools.join(', ')
  return `for a ${worker_type || 'cli'} worker; model: ${model_name || 'not set'}, built-in tools: ${tools}`
}
