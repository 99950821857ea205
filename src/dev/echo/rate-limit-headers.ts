/** One window of a subscription's limit. */
interface LimitWindow {
  /** 0 to 1. */
  readonly utilization?: number
  /** Seconds since the epoch. */
  readonly resetsAtSeconds?: number
  readonly surpassedThreshold?: number
}

/** What the API says about a subscription's limits. */
export interface RateLimitFacts {
  readonly status: 'allowed' | 'allowed_warning' | 'rejected'
  /** Seconds since the epoch. */
  readonly resetsAtSeconds?: number
  /** The window that decides: `five_hour`, `seven_day`, … */
  readonly claim?: string
  readonly overageStatus?: string
  readonly overageDisabledReason?: string
  readonly fiveHours?: LimitWindow
  readonly sevenDays?: LimitWindow
}

/** The headers that tell a subscription's limits, on answers and on refusals. */
export function rateLimitHeaders(facts: RateLimitFacts): Record<string, string> {
  const values = {
    status: facts.status,
    reset: facts.resetsAtSeconds,
    'representative-claim': facts.claim,
    'overage-status': facts.overageStatus,
    'overage-disabled-reason': facts.overageDisabledReason,
    ...windowValues('5h', facts.fiveHours),
    ...windowValues('7d', facts.sevenDays),
  }
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [`anthropic-ratelimit-unified-${name}`, String(value)]))
}

function windowValues(name: string, window: LimitWindow | undefined) {
  return {
    [`${name}-utilization`]: window?.utilization,
    [`${name}-reset`]: window?.resetsAtSeconds,
    [`${name}-surpassed-threshold`]: window?.surpassedThreshold,
  }
}
