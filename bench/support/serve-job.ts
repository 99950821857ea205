import type { DevRouter, JobHandle, JobToSubmit } from '../../src/dev/dev-router.ts'
import type { EchoModel, EchoRequest } from '../../src/dev/echo-model.ts'

const limitMs = 60_000

/** A job of which the model has been asked. */
export interface AskedJob {
  readonly jobId: string
  readonly toRequestMs: number
  readonly request: EchoRequest
  /** Resolves when the job is complete; rejects when it failed. */
  readonly complete: Promise<void>
}

/** Gives a job to the router's worker; resolves when the model has been asked what the job says. */
export async function sendJob(router: DevRouter, model: EchoModel, job: JobToSubmit): Promise<AskedJob> {
  const leftAtMs = performance.now()
  const { jobId, done } = router.submit(job)
  const request = await Promise.race([model.nextRequest(limitMs), failureOf(done)])
  mustHold(request, job)
  return { jobId, request, toRequestMs: request.receivedAtMs - leftAtMs, complete: untilComplete(done) }
}

/** Gives a job to the router's worker and follows it to its end. */
export async function serveJob(router: DevRouter, model: EchoModel, job: JobToSubmit): Promise<AskedJob> {
  const asked = await sendJob(router, model, job)
  await asked.complete
  return asked
}

/** Numbers are only worth something if the model was asked what the job says. */
export function mustHold({ body }: EchoRequest, { messages }: JobToSubmit): void {
  // Environment and date come as messages of the system's, which no caller sent.
  const asked = body.messages.filter(({ role }) => role !== 'system').length
  const sent = (messages ?? []).filter(({ role }) => role !== 'system').length
  if (asked !== sent) throw new Error(`the model was asked with ${asked} messages, the job has ${sent}`)
}

async function untilComplete(done: JobHandle['done']): Promise<void> {
  const end = await done
  if (end.kind !== 'complete') throw new Error(`a job failed: ${JSON.stringify(end)}`)
}

/** Never resolves: a job that is complete has been asked about before. */
async function failureOf(done: JobHandle['done']): Promise<never> {
  await untilComplete(done)
  return new Promise(() => {})
}
