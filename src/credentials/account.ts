/** The two secrets of a worker: Claude's credential, and the key that the router knows it by. */
export const secretTargets = ['claude', 'router'] as const
export type SecretTarget = (typeof secretTargets)[number]

/** Whose secret it is, where no profile was named and no router is known. */
export const defaultProfile = 'default'

/** A stored secret's name: which of the two, and of which profile. A profile is a name, or a router's `host:port`. */
export interface Account {
  readonly target: SecretTarget
  readonly profile: string
}

/** `router@router.example.com:8443` */
export function accountName({ target, profile }: Account): string {
  return `${target}@${profile}`
}

/** The account of a name; undefined for anything that is none. */
export function accountFrom(name: string): Account | undefined {
  const at = name.indexOf('@')
  const target = secretTargets.find((known) => known === name.slice(0, at))
  return target && { target, profile: name.slice(at + 1) }
}

/**
 * Where to look for a stored secret, nearest first. A worker key is good at one router only and is never shown to another;
 * Claude's credential goes to Anthropic whichever router asks, so the profile's own comes first and then the common one.
 */
export function accountsToSearch(
  target: SecretTarget,
  profile: string | undefined,
  routerHost: string | undefined,
): Account[] {
  const own = profile ?? routerHost
  const profiles = target === 'claude' ? [own, defaultProfile] : [own]
  return [...new Set(profiles)].flatMap((each) => (each === undefined ? [] : [{ target, profile: each }]))
}
