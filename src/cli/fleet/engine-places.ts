import type { EnginePlaces } from '../../fleet/drivers/engine-address.ts'
import { type Environment, runtimeDirFrom, variable } from '../../settings/environment.ts'

/** What the environment says about where the engine is. */
export function enginePlacesFrom(env: Environment): EnginePlaces {
  return {
    dockerHost: variable(env, 'DOCKER_HOST'),
    dockerContext: variable(env, 'DOCKER_CONTEXT'),
    dockerConfig: variable(env, 'DOCKER_CONFIG'),
    tlsVerify: variable(env, 'DOCKER_TLS_VERIFY'),
    certPath: variable(env, 'DOCKER_CERT_PATH'),
    home: variable(env, 'HOME') ?? variable(env, 'USERPROFILE'),
    runtimeDir: runtimeDirFrom(env),
  }
}
