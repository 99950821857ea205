const mostLetters = 500

/** What an engine or a program said, as the end of a sentence: one line, nothing that steers a terminal, no full stop. */
export function cleanWords(words: string): string {
  const line = words
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .replace(/^(?:\(HTTP code \d+\) [^-]*- )?(?:Error response from daemon: )?/i, '')
    .trim()
    .replace(/[.:]+$/, '')
  return line.length > mostLetters ? `${line.slice(0, mostLetters)}…` : line
}
