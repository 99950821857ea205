import type { Policy } from '../protocol/policy.ts'
import { systemClock } from '../shared/clock.ts'
import type { AuxotError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import type { Secret } from '../shared/secret.ts'
import { announcedCapabilities } from './announced-capabilities.ts'
import { readExtraCa } from './link/extra-ca.ts'
import { RouterLink } from './link/router-link.ts'
import type { WorkerConfig } from './worker-config.ts'

/** What a router says to a worker key. */
export type KeyProof =
  | { readonly result: 'accepted'; readonly policy: Policy }
  | { readonly result: 'refused'; readonly error: AuxotError }
  | { readonly result: 'unproved'; readonly reason: string }

/** Where the router is, and with which key. */
export interface KeyToProve extends Pick<WorkerConfig, 'router' | 'proxy' | 'extraCaFile' | 'defaultModel'> {
  readonly workerKey: Secret
}

const limitMs = 15_000

/**
 * Says hello to the router as a worker does, and leaves at once: for a moment it counts as a worker, which nothing else proves.
 * The public router reads for it up to 30 s longer, and gives what it reads then to another worker half a minute later.
 */
export async function proveWorkerKey(
  { router, workerKey, defaultModel, proxy, extraCaFile }: KeyToProve,
  log: Log,
): Promise<KeyProof> {
  const { promise, resolve } = Promise.withResolvers<KeyProof>()
  const extraCa = await readExtraCa(extraCaFile)
  await using link = new RouterLink({
    address: router,
    key: workerKey,
    capabilities: () => announcedCapabilities(1, defaultModel),
    heartbeatIntervalMs: 10_000,
    reconnectDelayMs: limitMs,
    reconnectMaxDelayMs: limitMs,
    proxy,
    extraCa,
    clock: systemClock,
    random: () => 1,
    log,
    handlers: {
      up: ({ policy }) => {
        resolve({ result: 'accepted', policy })
        // Whatever job came along is the router's again with that.
        void link.leave(1000)
      },
      refused: (error) => resolve({ result: 'refused', error }),
      down: ({ reason }) => resolve({ result: 'unproved', reason }),
      connecting: () => {},
      message: () => {},
      unreadable: () => {},
      warning: () => {},
    },
  })
  using _limit = systemClock.timer(limitMs, () => resolve({ result: 'unproved', reason: 'the router gave no answer' }))
  link.start()
  return await promise
}
