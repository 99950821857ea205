import type { JsonObject } from '../claude/turn.ts'
import { InvalidJobError } from './invalid-job.ts'
import { isJsonObject } from './schema-keywords.ts'
import { schemaProblem } from './schema-problem.ts'

/** The model's service takes no other names of parameters. */
const parameterName = /^[\w.-]{1,64}$/
/** The one dialect that Claude Code checks schemas against; what is written in another one is passed on unread. */
const checkedDialect = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/

/**
 * The schema of a tool's arguments in a form that Claude Code accepts.
 *
 * It must be checked here because Claude Code says nothing: a schema that is no object schema makes it drop all tools of
 * the turn, one that is invalid further down makes it drop that tool.
 * @throws InvalidJobError that names the tool and what is wrong.
 */
export function checkSchema(parameters: unknown, tool: string): JsonObject {
  const schema = normalised(parameters, tool)
  const problem = shapeProblem(schema) ?? nameProblem(schema) ?? dialectProblem(schema)
  if (problem !== undefined) throw invalidSchema(tool, problem)
  return schema
}

/** Says outright what the caller left open. A null is what some languages write for an absent field. */
function normalised(parameters: unknown, tool: string): JsonObject {
  if (parameters === undefined || parameters === null) return { type: 'object', properties: {} }
  if (!isJsonObject(parameters)) throw invalidSchema(tool, 'it must be a JSON Schema, that is an object')
  const entries = Object.entries(parameters).filter(([key, value]) => value !== null || key === 'default')
  const schema = Object.fromEntries(entries)
  if (schema.type === undefined && !isOfOtherType(schema)) return { type: 'object', properties: {}, ...schema }
  return Array.isArray(schema.type) && schema.type.includes('object') ? { ...schema, type: 'object' } : schema
}

/** A schema without a type that only something else than an object can satisfy. */
function isOfOtherType(schema: JsonObject): boolean {
  return ['items', 'prefixItems', 'enum', 'const'].some((keyword) => keyword in schema) && !('properties' in schema)
}

/** What makes Claude Code drop every tool of the turn, whatever the dialect. */
function shapeProblem({ type, properties, required }: JsonObject): string | undefined {
  if (type !== 'object') return '"type" must be "object"'
  if (properties !== undefined && !isJsonObject(properties)) return '"properties" must be an object'
  const isNames =
    required === undefined || (Array.isArray(required) && required.every((name) => typeof name === 'string'))
  return isNames ? undefined : '"required" must be a list of texts'
}

/** Only the names at the top count: those of alternatives Claude Code folds into a sentence, those further down are free. */
function nameProblem({ properties }: JsonObject): string | undefined {
  const names = isJsonObject(properties) ? Object.keys(properties) : []
  const bad = names.find((name) => !parameterName.test(name))
  if (bad === undefined) return undefined
  return `the parameter name ${JSON.stringify(bad.slice(0, 80))} must be 1 to 64 letters, digits, "_", "." or "-"`
}

function dialectProblem(schema: JsonObject): string | undefined {
  const dialect = schema.$schema
  return typeof dialect === 'string' && !checkedDialect.test(dialect) ? undefined : schemaProblem(schema)
}

function invalidSchema(tool: string, problem: string): InvalidJobError {
  return new InvalidJobError(
    `The parameters of the tool ${JSON.stringify(tool)} are no usable JSON Schema: ${problem}.`,
  )
}
