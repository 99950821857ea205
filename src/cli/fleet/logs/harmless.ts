// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

interface HarmlessOptions {
  /** Line ends stay; else they are replaced too. */
  readonly keepsLines: boolean
}

/** A text, or all texts in a value, without what steers a terminal. Tabs stay. */
export function harmless(text: string, options: HarmlessOptions): string
export function harmless(value: unknown, options: HarmlessOptions): unknown
export function harmless(value: unknown, options: HarmlessOptions): unknown {
  if (typeof value === 'string') return clean(value, options)
  if (Array.isArray(value)) return value.map((item) => harmless(item, options))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [clean(key, options), harmless(item, options)]))
}

function clean(text: string, { keepsLines }: HarmlessOptions): string {
  const visible = text.replace(steering, ' ')
  return keepsLines ? visible : visible.replaceAll('\n', ' ')
}
