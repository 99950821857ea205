import { formatDuration } from '../shared/duration.ts'
import type { WorkerEvent } from '../worker/worker-events.ts'

/** An event as a person reads it. */
export interface EventSentence {
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
}

type Finished = Extract<WorkerEvent, { type: 'job_finished' }>

/** One line for an event; undefined where another line says it already. */
export function sentenceFrom(event: WorkerEvent): EventSentence | undefined {
  switch (event.type) {
    case 'connecting':
      // The link logs why a try failed and when the next one comes, without repeating itself for as long as an outage lasts.
      return event.attempt > 1 ? undefined : info(`connecting to ${event.router}`)
    case 'connected':
      return info(connectedText(event))
    case 'disconnected':
      return undefined
    case 'state':
      return stateSentence(event)
    case 'job_started':
      return info(`job ${event.jobId} started with ${event.model}`)
    case 'job_finished':
      return { level: event.outcome === 'failed' ? 'warn' : 'info', text: finishedText(event) }
    case 'warning':
      return { level: 'warn', text: event.message }
  }
}

function info(text: string): EventSentence {
  return { level: 'info', text }
}

function connectedText({
  router,
  workerId,
  model,
  slots,
  builtinTools,
}: Extract<WorkerEvent, { type: 'connected' }>): string {
  const tools = builtinTools.length === 0 ? 'none' : builtinTools.join(', ')
  return `connected to ${router} as ${workerId}: model ${model}, ${counted(slots, 'slot')}, built-in tools: ${tools}`
}

/** Idle and busy follow each other with every job, and the job's own lines say that. */
function stateSentence({
  to,
  from,
  reason,
  until,
}: Extract<WorkerEvent, { type: 'state' }>): EventSentence | undefined {
  const everyday = ['idle', 'busy']
  if (everyday.includes(to) && everyday.includes(from)) return undefined
  const level = to === 'auth_failed' ? 'error' : to === 'rate_limited' ? 'warn' : 'info'
  return { level, text: `${to}${until ? ` until ${until}` : ''}${reason ? `: ${reason}` : ''}` }
}

function finishedText(event: Finished): string {
  const facts = [
    event.inputTokens === undefined ? [] : `${counted(event.inputTokens, 'token')} in`,
    event.outputTokens === undefined ? [] : `${event.outputTokens} out`,
    event.firstTokenMs === undefined ? [] : `first token after ${formatDuration(event.firstTokenMs)}`,
    event.costUsd === undefined ? [] : `$${event.costUsd.toFixed(4)}`,
    event.failure === undefined ? [] : `${event.failure.class}: ${event.failure.message}`,
  ].flat()
  const head = `job ${event.jobId} ${event.outcome} after ${formatDuration(event.durationMs)}`
  return facts.length === 0 ? head : `${head}: ${facts.join(', ')}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
