import { type Account, accountName, secretTargets } from '../../credentials/account.ts'
import type { SecretStore } from '../../credentials/stores/secret-store.ts'
import { checkedSettings } from '../../settings/checked-settings.ts'
import type { SettingsInput } from '../../settings/read-settings.ts'
import { tokenRmSettings } from '../../settings/token-definitions.ts'
import { Asking } from '../asking.ts'
import { secretStores } from '../stored-places.ts'
import { accountToKeep, type ProfileChoice, secretTargetFrom } from './secret-target.ts'

/** Something stored, and where. */
export interface Held {
  readonly store: SecretStore
  readonly account: Account
}

/** Removes what is stored for the profile or router, both secrets unless one is named, and tells what it was. */
export async function removeToken(
  word: string | undefined,
  input: SettingsInput & { readonly dataDir: string },
): Promise<readonly Held[]> {
  const targets = word === undefined ? secretTargets : [secretTargetFrom(word)]
  const { values } = await checkedSettings(tokenRmSettings, input)
  const stores = Object.values(secretStores(input.dataDir, input.env))
  const wanted = targets.flatMap((target) => accountOf(target, values, word !== undefined))
  const held = await heldOf(stores, wanted)
  if (held.length === 0) return []
  const names = held.map(({ account, store }) => `${accountName(account)} (${store.kind})`).join(', ')
  if (!values.yes && !(await new Asking({ ...values, env: input.env }).confirm(`Remove ${names}?`, '--yes'))) return []
  for (const { store, account } of held) await store.remove(account)
  return held
}

/** A key of no known router is an error only where it was asked for by name. */
function accountOf(target: Account['target'], choice: ProfileChoice, isNamed: boolean): Account[] {
  const { profile, routerUrl } = choice
  if (target === 'router' && !isNamed && profile === undefined && routerUrl === undefined) return []
  return [accountToKeep(target, choice)]
}

async function heldOf(stores: readonly SecretStore[], wanted: readonly Account[]): Promise<Held[]> {
  const names = wanted.map(accountName)
  const lists = await Promise.all(
    stores.map(async (store) => (await store.accounts()).map((account) => ({ store, account }))),
  )
  return lists.flat().filter(({ account }) => names.includes(accountName(account)))
}
