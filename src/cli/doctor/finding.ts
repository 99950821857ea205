import type { ExitName } from '../../shared/exit-codes.ts'

/** What was found in one place. */
export interface Finding {
  /** `node`, `claude`, `credential` … */
  readonly check: string
  readonly state: 'ok' | 'warning' | 'broken'
  /** A clause without a full stop. */
  readonly message: string
  /** The way out. */
  readonly hint?: string | undefined
  /** How the command ends for it, where it is broken. */
  readonly exit?: ExitName | undefined
}

export function ok(check: string, message: string): Finding {
  return { check, state: 'ok', message }
}

export function warning(check: string, message: string, hint?: string): Finding {
  return { check, state: 'warning', message, hint }
}

export function broken(
  check: string,
  exit: ExitName,
  { message, hint }: { message: string; hint?: string | undefined },
): Finding {
  return { check, state: 'broken', message, hint, exit }
}
