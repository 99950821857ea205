import { askWorkers } from './control/control-client.ts'

/** A worker of this user that is connected, or tries to be. */
export interface LocalWorker {
  readonly pid: number
  readonly state: string
  /** The origin of its router's HTTP side. */
  readonly router: string
}

/** The workers of this user on this host, as they say themselves. */
export async function localWorkers(runtimeDir: string | undefined): Promise<readonly LocalWorker[]> {
  const replies = await askWorkers({ op: 'status' }, { runtimeDir })
  return replies.flatMap((reply) =>
    'answer' in reply && reply.answer.schema === 'auxot.worker.report/v1' ? [reply.answer] : [],
  )
}
