import type { Log } from '../../shared/log.ts'
import type { LinkHandlers } from './link-handlers.ts'

/**
 * The same handlers, none of which can throw into the link.
 * One that throws is a bug of ours, and no reason to lose the connection with every job on it.
 */
export function guardHandlers(handlers: LinkHandlers, log: Log): LinkHandlers {
  const guard = (call: () => void): void => {
    try {
      call()
    } catch (error) {
      log.error({ err: error }, 'a handler of the link to the router failed')
    }
  }
  return {
    connecting: (attempt) => guard(() => handlers.connecting(attempt)),
    up: (welcome) => guard(() => handlers.up(welcome)),
    message: (message, connection) => guard(() => handlers.message(message, connection)),
    unreadable: (frame, connection) => guard(() => handlers.unreadable(frame, connection)),
    down: (loss) => guard(() => handlers.down(loss)),
    refused: (error) => guard(() => handlers.refused(error)),
    warning: (code, message) => guard(() => handlers.warning(code, message)),
  }
}
