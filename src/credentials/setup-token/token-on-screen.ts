/** A long-lived token, up to where it ends or the line does. */
const token = /(?<![\w-])sk-ant-oat\d*-[\w-]*/g

/**
 * The last token on a screen, also where it was broken at the right edge: what follows belongs to it as long as lines are
 * nothing but token characters and no longer than the first, and the first that is shorter ends it.
 */
export function tokenOnScreen(lines: readonly string[]): string | undefined {
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = trimmed(lines[index])
    const found = [...line.matchAll(token)].at(-1)?.[0]
    if (found === undefined) continue
    return line.endsWith(found) ? found + restOf(lines.slice(index + 1), line.length) : found
  }
  return undefined
}

function restOf(lines: readonly string[], width: number): string {
  let rest = ''
  for (const line of lines.map(trimmed)) {
    if (!/^[\w-]+$/.test(line) || line.length > width) break
    rest += line
    if (line.length < width) break
  }
  return rest
}

/** Boxes and indents stand beside text, not in it. */
function trimmed(line: string | undefined): string {
  return (line ?? '').replace(/^[\s│|]+|[\s│|]+$/g, '')
}
