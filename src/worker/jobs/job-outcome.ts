/** How a job ended, for logs and metrics. `lost`: its connection was lost, the router gives it to another worker. */
export const jobOutcomeNames = ['completed', 'failed', 'overloaded', 'cancelled', 'returned', 'lost'] as const
export type JobOutcomeName = (typeof jobOutcomeNames)[number]
