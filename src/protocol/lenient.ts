import { z } from 'zod'

/** The router is written in Go, whose empty slices and pointers arrive as `null`: a null is an absent field. */
export function optional<T extends z.ZodType>(schema: T): z.ZodOptional<z.ZodNullable<T>> {
  return schema.nullable().optional()
}

/** A list that may be absent or null; then it is empty. */
export function list<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? [])
}

/** A text that may be absent or null; then it is empty. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

/** A text; a value of another form counts as its JSON, because what waits for it could not go on without. */
export const anyText = z
  .unknown()
  .optional()
  .transform((value = '') => (value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)))
