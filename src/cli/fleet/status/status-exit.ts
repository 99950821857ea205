import type { ExitName } from '../../../shared/exit-codes.ts'
import type { OutOfPatienceError } from '../patience.ts'
import type { StatusDocument } from './status-document.ts'

/** What a status ends with, beside what it shows. */
export interface StatusEnd {
  readonly last: StatusDocument | undefined
  /** Why it was not looked at any longer; undefined where what was wanted had come. */
  readonly ended: OutOfPatienceError | undefined
  /** Something was waited for. */
  readonly waits: boolean
  /** The operator said which engine. */
  readonly isEngineNamed: boolean
}

/** Who only watches may leave at any time; who waits has not got what he waited for. */
export function statusExit({ last, ended, waits, isEngineNamed }: StatusEnd): ExitName {
  if (ended) return waits ? ended.exit : 'done'
  if (last?.router.reachable === false) return 'unreachable'
  return last && isEngineNamed && isBlind(last) ? 'noBackend' : 'done'
}

/** Whether there may be workers that nobody could ask about. */
export function isBlind({ warnings }: Pick<StatusDocument, 'warnings'>): boolean {
  return warnings.some(({ code }) => code === 'ENGINE_UNUSABLE')
}
