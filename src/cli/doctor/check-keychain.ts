import { accountName } from '../../credentials/account.ts'
import { KeychainUnavailableError } from '../../credentials/keychain/keychain-unavailable-error.ts'
import { secretStores } from '../stored-places.ts'
import { broken, type Finding, ok, warning } from './finding.ts'
import type { Patient } from './run-doctor.ts'

const check = 'keychain'

/** Whether the keychain keeps secrets; broken only where some of ours are in it. */
export async function checkKeychain({ input }: Pick<Patient, 'input'>): Promise<readonly Finding[]> {
  const { keychain, insecureFile } = secretStores(input.dataDir, input.env)
  const [kept, insecure] = [await keychain.accounts(), await insecureFile.accounts()]
  const names = insecure.map(accountName).join(', ')
  const plain = insecure.length === 0 ? [] : [warning('insecure files', `unencrypted secrets are kept: ${names}`)]
  try {
    await keychain.assertUsable()
    return [ok(check, 'keeps secrets and hands them out'), ...plain]
  } catch (error) {
    if (!(error instanceof KeychainUnavailableError)) throw error
    const message = `cannot be used: ${error.reason}`
    return [
      kept.length > 0 ? broken(check, error.exit, { message, hint: error.hint }) : warning(check, message),
      ...plain,
    ]
  }
}
