/** A line that is no wider than a terminal; its colours stay, and end where they did. */
export function cutLine(line: string, width: number): string {
  let left = width
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what has no width
  return line.replace(/(\u001b\[\d+m)|([^\u001b]+)/g, (_, colour: string | undefined, text: string | undefined) => {
    if (colour !== undefined || text === undefined) return colour ?? ''
    const shown = text.slice(0, left)
    left -= shown.length
    return shown
  })
}
