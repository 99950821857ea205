import type { Log } from '../../shared/log.ts'

/** A log whose everyday lines are details: the development router says what the worker's own events say better. */
export function quieter(log: Log): Log {
  return {
    trace: log.trace.bind(log),
    debug: log.debug.bind(log),
    info: log.debug.bind(log),
    warn: log.warn.bind(log),
    error: log.error.bind(log),
    child: (fields) => quieter(log.child(fields)),
  }
}
