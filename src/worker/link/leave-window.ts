/** What is known when an idle worker decides to leave. All in milliseconds, moments since the epoch. */
export interface LeaveFacts {
  readonly helloAckAt: number
  /** The last `complete` of this connection. */
  readonly lastCompleteAt?: number | undefined
  readonly now: number
  /** How long leaving may be put off. */
  readonly lingerMs: number
}

/** The router waits for a worker's next job in windows of this length. */
const windowMs = 30_000
/**
 * A window that began with `hello_ack` began before that was heard here, and goes on while the goodbye is on its way: whoever
 * goes by the very end comes a round trip too late, into a whole new window.
 */
const roundTripMarginMs = 250
/** A router looks again every half second after a job, so its window may begin that much off. */
const afterJobMarginMs = 500
/** What each window may add to what is not known: two clocks, and timers that ring late. */
const marginPerWindowMs = 5

/**
 * The moment to close at: just before the router's current window for jobs ends. Whoever leaves earlier leaves a reader behind
 * that takes somebody's next job and drops it; whoever leaves later does so for a whole new window.
 */
export function momentToLeave({ helloAckAt, lastCompleteAt, now, lingerMs }: LeaveFacts): number {
  const start = lastCompleteAt ?? helloAckAt
  const marginAtStartMs = lastCompleteAt === undefined ? roundTripMarginMs : afterJobMarginMs
  const safeMoment = (windows: number) => start + windows * (windowMs - marginPerWindowMs) - marginAtStartMs
  const windows = Math.max(1, Math.ceil((now - start + marginAtStartMs) / (windowMs - marginPerWindowMs)))
  return Math.max(now, Math.min(safeMoment(windows), now + lingerMs))
}
