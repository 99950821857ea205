import type { SecretInput } from '../../credentials/sources/stdin.ts'
import { checkedSettings } from '../../settings/checked-settings.ts'
import type { ReadSettings, SettingsInput } from '../../settings/read-settings.ts'
import { doctorSettings } from '../../settings/token-definitions.ts'
import { checkClaude } from './check-claude.ts'
import { checkCredential } from './check-credential.ts'
import { checkDocker } from './check-docker.ts'
import { checkKeychain } from './check-keychain.ts'
import { checkNode } from './check-node.ts'
import { checkRouterAddress } from './check-router-address.ts'
import { checkWorkerKey } from './check-worker-key.ts'
import type { Finding } from './finding.ts'

/** What the checks look at. */
export interface Patient {
  readonly input: SettingsInput & { readonly dataDir: string }
  readonly settings: ReadSettings<typeof doctorSettings>
  readonly stdin: SecretInput
}

/** Looks at everything that a worker needs, all at once; what one check finds does not keep another from looking. */
export async function runDoctor(
  input: SettingsInput & { readonly dataDir: string },
  stdin: SecretInput,
): Promise<readonly Finding[]> {
  const patient: Patient = { input, stdin, settings: await checkedSettings(doctorSettings, input) }
  const { env } = input
  const findings = await Promise.all([
    checkNode(process.version),
    checkClaude(patient),
    checkCredential(patient),
    checkRouterAddress(patient.settings.values.routerUrl, env),
    checkWorkerKey(patient),
    checkKeychain(patient),
    checkDocker(env),
  ])
  return findings.flat()
}
