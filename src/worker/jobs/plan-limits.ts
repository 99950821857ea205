import type { Job } from '../../protocol/job.ts'
import type { Effort, Turn } from '../claude/turn.ts'
import type { AddNote } from './plan-note.ts'

const efforts: ReadonlyMap<string, Effort> = new Map([
  ['none', 'off'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
])
/** Levels of other models, and what comes nearest here. */
const nearestEfforts: ReadonlyMap<string, Effort> = new Map([
  ['minimal', 'low'],
  ['xhigh', 'high'],
  ['max', 'high'],
])

/** How hard and how long the model may work, and how freely. What cannot be had is noted, never refused. */
export function planLimits(job: Job, note: AddNote): Pick<Turn, 'effort' | 'maxTokens' | 'temperature'> {
  return {
    effort: planEffort(job.reasoning_effort.trim().toLowerCase(), note),
    maxTokens: planMaxTokens(job.max_tokens ?? undefined, note),
    temperature: planTemperature(job.temperature ?? undefined, note),
  }
}

function planEffort(asked: string, note: AddNote): Effort | undefined {
  if (asked === '') return undefined
  const effort = efforts.get(asked)
  if (effort !== undefined) return effort
  const nearest = nearestEfforts.get(asked)
  const instead = nearest === undefined ? "the model's own default is used" : `"${nearest}" is used`
  note('reasoning_effort', `${JSON.stringify(asked.slice(0, 40))} is not known, ${instead}`)
  return nearest
}

function planMaxTokens(asked: number | undefined, note: AddNote): number | undefined {
  if (asked === undefined || (Number.isSafeInteger(asked) && asked > 0)) return asked
  note('max_tokens', `${asked} is no positive whole number, the model's own limit is used`)
  return undefined
}

/** Other models go up to 2, Claude from 0 to 1. */
function planTemperature(asked: number | undefined, note: AddNote): number | undefined {
  if (asked === undefined) return undefined
  const nearest = Math.min(Math.max(asked, 0), 1)
  if (nearest !== asked) note('temperature', `${asked} is not between 0 and 1, ${nearest} is used`)
  return nearest
}
