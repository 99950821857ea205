import { randomBytes } from 'node:crypto'

/** What marks containers and volumes as ours. Labels can be read by everybody who may ask the engine: no secret is in them. */
export const labels = {
  managed: 'com.auxot.managed',
  fleet: 'com.auxot.fleet',
  slot: 'com.auxot.slot',
  configHash: 'com.auxot.config-hash',
  /** What it was made from, as JSON: only to say what has changed. */
  settings: 'com.auxot.settings',
  version: 'com.auxot.version',
  /** Of a volume that says what a fleet was made to be. */
  desired: 'com.auxot.desired',
  /** Of the container that is a fleet's lock: who holds it. */
  holder: 'com.auxot.holder',
} as const

/** `default-3`, as people call a worker. */
export function workerName(fleet: string, slot: number): string {
  return `${fleet}-${slot}`
}

/** The container in a place of a fleet. */
export function containerName(fleet: string, slot: number): string {
  return `auxot-${workerName(fleet, slot)}`
}

/** The container that is to take the place of another. */
export function successorName(fleet: string, slot: number): string {
  return `${containerName(fleet, slot)}-next`
}

/** A volume for one member's secrets; never used by another. */
export function newVolumeName(fleet: string, slot: number): string {
  return `${containerName(fleet, slot)}-secrets-${randomBytes(4).toString('hex')}`
}

/** The volume that says what a fleet was made to be. */
export function recordName(fleet: string): string {
  return `auxot-${fleet}-record`
}

/** The container whose name only one can have. */
export function lockName(fleet: string): string {
  return `auxot-${fleet}-lock`
}

/** The engine's filter for everything of a fleet, or of all. */
export function ofFleet(fleet: string | undefined, ...others: readonly string[]): string[] {
  return [`${labels.managed}=true`, ...(fleet === undefined ? [] : [`${labels.fleet}=${fleet}`]), ...others]
}

/** Whether labels are what `ofFleet` asks for. Podman 4 gives volumes, too, that have only one of them. */
export function isOfFleet(
  found: Readonly<Record<string, string>> | null | undefined,
  fleet: string | undefined,
  other: string,
): boolean {
  return found != null && other in found && (fleet === undefined || found[labels.fleet] === fleet)
}
