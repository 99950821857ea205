/** Fields of a job that may ask for what Claude Code cannot do. */
export const notedFields = ['reasoning_effort', 'max_tokens', 'temperature', 'credentials'] as const
export type NotedField = (typeof notedFields)[number]

/** What a job asked for and does not get as it asked: logged once per field, and counted. Never holds a secret. */
export interface PlanNote {
  readonly field: NotedField
  /** Half a sentence: what was asked and what is done instead. */
  readonly problem: string
}

/** Takes down what could not be done as asked. */
export type AddNote = (field: NotedField, problem: string) => void
