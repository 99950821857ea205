/** Text in words, each with the space before it; joined again they are the text, byte for byte. */
export function wordsOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? []
}
