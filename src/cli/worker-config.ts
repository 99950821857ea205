import { claudeEnvironmentFrom } from '../settings/claude-environment.ts'
import type { claudeSettings, servingSettings } from '../settings/definitions.ts'
import { type Environment, proxyFrom, runtimeDirFrom, variable } from '../settings/environment.ts'
import type { ValuesOf } from '../settings/setting.ts'
import { deepFreeze } from '../shared/deep-freeze.ts'
import type { ClaudeConfig, WorkerConfig } from '../worker/worker-config.ts'
import type { ResolvedWorker } from './resolve-worker.ts'

type ClaudeValues = Pick<ValuesOf<typeof claudeSettings>, 'warm' | 'keepConversation' | 'kept' | 'modelRetries'>
type ServingValues = ValuesOf<typeof servingSettings> & Pick<ValuesOf<typeof claudeSettings>, 'model' | 'tools'>

/** The worker's own view of what an operator set. */
export function workerConfigFrom(
  { settings, workerKey, credential, claude }: ResolvedWorker,
  env: Environment,
): WorkerConfig {
  return deepFreeze({
    ...servingConfigFrom(settings.values, env),
    router: settings.values.routerUrl,
    workerKey,
    claude: claudeConfigFrom(settings.values, {
      ...claude,
      credential: { ...credential, expiresAtMs: settings.values.tokenExpires ?? credential.expiresAtMs },
      env: claudeEnvironmentFrom(env),
    }),
  })
}

/** How Claude Code is started and kept. */
export function claudeConfigFrom(
  { warm, keepConversation, kept, modelRetries }: ClaudeValues,
  found: Pick<ClaudeConfig, 'path' | 'version' | 'credential' | 'env'>,
): ClaudeConfig {
  return { ...found, warm, keepConversationMs: keepConversation, kept, modelRetries }
}

/** Everything that does not say who and where, but how. */
export function servingConfigFrom(
  values: ServingValues,
  env: Environment,
): Omit<WorkerConfig, 'router' | 'workerKey' | 'claude'> {
  return {
    defaultModel: values.model,
    builtinTools: values.tools,
    concurrency: values.concurrency,
    heartbeatIntervalMs: values.heartbeatInterval,
    reconnectDelayMs: values.reconnectDelay,
    reconnectMaxDelayMs: values.reconnectMaxDelay,
    jobTimeoutMs: values.jobTimeout,
    stallTimeoutMs: values.stallTimeout,
    drainTimeoutMs: values.drainTimeout,
    cancelGraceMs: values.cancelGrace,
    lingerMs: values.linger,
    onAuthFailure: values.onAuthFailure,
    onRateLimit: values.onRateLimit,
    exitAfterJobs: values.once ? 1 : values.exitAfterJobs,
    exitAfterIdleMs: values.exitAfterIdle,
    leaveWithout: values.leaveWithout,
    proxy: proxyFrom(env),
    extraCaFile: variable(env, 'NODE_EXTRA_CA_CERTS'),
    healthAddress: values.healthAddr,
    runtimeDir: runtimeDirFrom(env),
    logPayloads: values.logPayloads,
  }
}
