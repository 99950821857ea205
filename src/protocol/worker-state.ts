/**
 * What a worker is doing, one closed list for status, metrics and logs. Only `idle` and `busy` are ready.
 *
 *   starting → idle ⇄ busy → draining → stopped
 *   any of them → reconnecting (socket lost) → idle
 *   rate_limited, auth_failed: away from the router until Claude answers again
 */
export const workerStates = [
  'starting',
  'idle',
  'busy',
  'draining',
  'reconnecting',
  'rate_limited',
  'auth_failed',
  'stopped',
] as const
export type WorkerState = (typeof workerStates)[number]
