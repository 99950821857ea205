import type { Container } from 'dockerode'

const lines = 20
const longest = 500

/** What a container said last about its failing: an error, else its last line. Undefined where it said nothing. */
export async function lastWords(container: Container): Promise<string | undefined> {
  const said = linesOf(await container.logs({ stdout: true, stderr: true, tail: lines })).map(sentenceOf)
  const error = said.findLast(({ isError }) => isError) ?? said.at(-1)
  return error?.text.slice(0, longest)
}

/** The engine puts eight bytes in front of each piece: which stream, and how long. */
function linesOf(log: Buffer): string[] {
  const pieces: string[] = []
  for (let at = 0; at + 8 <= log.length; ) {
    const length = log.readUInt32BE(at + 4)
    pieces.push(log.toString('utf8', at + 8, at + 8 + length))
    at += 8 + length
  }
  return pieces
    .join('')
    .split('\n')
    .filter((line) => line.trim() !== '')
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
