/** The one table of exit codes; `auxot help exit-codes` and the README print it. */
export const exitCodes = {
  done: { code: 0, meaning: 'done, converged, drained' },
  bug: { code: 1, meaning: 'unexpected failure (a bug)' },
  usage: { code: 2, meaning: 'usage or configuration' },
  partial: { code: 3, meaning: 'partial: not converged, unhealthy' },
  refused: { code: 4, meaning: 'key or token refused' },
  unreachable: { code: 5, meaning: 'router not reachable' },
  noSecretStore: { code: 6, meaning: 'secret store not available' },
  noBackend: { code: 7, meaning: 'backend (Docker, Swarm, ECS) not reachable' },
  locked: { code: 8, meaning: "somebody else holds the fleet's lock" },
  drainDeadline: { code: 75, meaning: 'drain deadline passed, the work went back to the router' },
  timeout: { code: 124, meaning: '`--timeout` reached' },
  interrupted: { code: 130, meaning: 'forced by SIGINT' },
  terminated: { code: 143, meaning: 'forced by SIGTERM' },
} as const satisfies Record<string, { code: number; meaning: string }>

export type ExitName = keyof typeof exitCodes
