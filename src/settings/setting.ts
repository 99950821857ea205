import type { Kind } from './kinds.ts'

/** One setting as an operator sees it: flag, variable, key of the config file, default and what it is for. */
export interface Setting<Value = unknown> {
  /** Without the dashes. */
  readonly flag: string
  /** One letter that stands for the flag. */
  readonly char?: string | undefined
  readonly env: string
  /** The flag may be given again; variable and file hold a list with blanks between. */
  readonly multiple?: boolean | undefined
  /** The key in config.json, or false where the setting does not belong into a file. */
  readonly key: string | false
  readonly kind: Kind<Exclude<Value, undefined>>
  /** As an operator would write it; undefined where there is none. */
  readonly default?: string | undefined
  /** Has to be given. */
  readonly required: boolean
  /** One line, no full stop. */
  readonly summary: string
}

export type Settings = Readonly<Record<string, Setting>>

/** The values of a table of settings. */
export type ValuesOf<Table extends Settings> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value> ? Value : never
}

interface Facts<Value> {
  readonly flag: string
  readonly char?: string | undefined
  readonly multiple?: boolean | undefined
  /** Only where it is not `AUXOT_` and the flag in capitals. */
  readonly env?: string
  readonly key?: string | false
  readonly kind: Kind<Value>
  readonly summary: string
}

/** A setting that has a default. */
export function withDefault<Value>(facts: Facts<Value> & { readonly default: string }): Setting<Value> {
  return { ...named(facts), default: facts.default, required: false }
}

/** A setting that has to be given. */
export function required<Value>(facts: Facts<Value>): Setting<Value> {
  return { ...named(facts), required: true }
}

/** A setting that may be absent. */
export function optional<Value>(facts: Facts<Value>): Setting<Value | undefined> {
  return { ...named(facts), required: false } as Setting<Value | undefined>
}

function named<Value>({ flag, char, multiple, env, key, kind, summary }: Facts<Value>) {
  return {
    flag,
    char,
    multiple,
    env: env ?? `AUXOT_${flag.replaceAll('-', '_').toUpperCase()}`,
    key: key ?? flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    kind: kind as Kind<Exclude<Value, undefined>>,
    summary,
  }
}
