import type { Container } from 'dockerode'
import { textOf } from './run-inside.ts'

const lines = 20
const longest = 500

/** What a container said last about its failing: an error, else its last line. Undefined where it said nothing. */
export async function lastWords(container: Container): Promise<string | undefined> {
  const log = await container.logs({ stdout: true, stderr: true, tail: lines })
  const text = await textOf(onePiece(log))
  const said = text.split('\n').filter((line) => line.trim() !== '')
  const sentences = said.map(sentenceOf)
  const error = sentences.findLast(({ isError }) => isError) ?? sentences.at(-1)
  return error?.text.slice(0, longest)
}

async function* onePiece(log: Buffer): AsyncGenerator<Buffer> {
  yield log
}

function sentenceOf(line: string): { readonly text: string; readonly isError: boolean } {
  const plain = line.replace(/^Error: /, '')
  if (plain !== line) return { text: plain, isError: true }
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown }
    return { text: `${msg ?? line}`, isError: level === 'error' || level === 'fatal' }
  } catch {
    return { text: line, isError: false }
  }
}
