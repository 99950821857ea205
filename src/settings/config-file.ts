import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nearest } from '../shared/nearest.ts'
import type { Problem } from '../shared/problems.ts'
import { commonSettings, workerSettings } from './definitions.ts'

/** What config.json says, as texts that the kinds of the settings read. */
export interface ConfigFile {
  /** The text and its source, by key. */
  readonly texts: ReadonlyMap<string, { readonly text: string; readonly source: string }>
  readonly problems: readonly Problem[]
}

const knownKeys = Object.values({ ...commonSettings, ...workerSettings }).flatMap(({ key }) => (key ? [key] : []))

/** Reads `config.json` in oclif's configuration folder. A file that is not there says nothing. */
export async function readConfigFile(configDir: string): Promise<ConfigFile> {
  const file = join(configDir, 'config.json')
  let content: string
  try {
    content = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { texts: new Map(), problems: [] }
    return refused({ source: file, message: `cannot be read (${(error as NodeJS.ErrnoException).code})` })
  }
  return textsFrom(content, file)
}

function textsFrom(content: string, file: string): ConfigFile {
  let document: unknown
  try {
    document = JSON.parse(content)
  } catch {
    // The parser's own message repeats a piece of the file, which may be a secret that does not belong there.
    return refused({ source: file, message: 'is not valid JSON' })
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return refused({ source: file, message: 'is not a JSON object' })
  }
  const problems: Problem[] = []
  const texts = new Map<string, { text: string; source: string }>()
  for (const [key, value] of Object.entries(document)) {
    const source = `config.json: ${key}`
    const read = knownKeys.includes(key) ? textOf(value) : undefined
    if (read !== undefined) texts.set(key, { text: read, source })
    else problems.push({ source, ...(knownKeys.includes(key) ? wrongType : unknownKey(key)) })
  }
  return { texts, problems }
}

function refused(problem: Problem): ConfigFile {
  return { texts: new Map(), problems: [problem] }
}

const wrongType = { message: 'is neither a text, a number, true, false nor a list of texts' }

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return undefined
  return value.length === 0 ? 'none' : value.join(',')
}

function unknownKey(key: string): Omit<Problem, 'source'> {
  if (/token|secret|password|api.?key|worker.?key|gpu.?key|^key$/i.test(key)) {
    return {
      message: 'secrets do not belong into config.json',
      hint: 'Put the secret into a file of its own and name that: keyFile.',
    }
  }
  const near = nearest(key, knownKeys)
  return { message: 'is no setting', ...(near && { hint: `Did you mean "${near}"?` }) }
}
