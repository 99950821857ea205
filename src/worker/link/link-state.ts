/**
 * What the link to the router is doing.
 *
 *   new ──start()──> connecting ──socket open──> handshaking ──hello_ack──> open
 *                     ^      │                        │                       │
 *                   timer    └────────failed──────────┴──────────lost─────────┤
 *                     └──────────────────────────── waiting <─────────────────┘
 *   connecting, handshaking, open, waiting ──leave() or a refusal──> away ──rejoin()──> connecting
 *   any state ──close()──> closed
 */
export type LinkState = 'new' | 'connecting' | 'handshaking' | 'open' | 'waiting' | 'away' | 'closed'

const moves: Readonly<Record<LinkState, readonly LinkState[]>> = {
  new: ['connecting', 'closed'],
  connecting: ['handshaking', 'waiting', 'away', 'closed'],
  handshaking: ['open', 'waiting', 'away', 'closed'],
  open: ['waiting', 'away', 'closed'],
  waiting: ['connecting', 'away', 'closed'],
  away: ['connecting', 'closed'],
  closed: [],
}

/** Whether the drawing above has an arrow from one state to the other. */
export function canMove(from: LinkState, to: LinkState): boolean {
  return moves[from].includes(to)
}
