import { setupKeyOf, setupText } from './fingerprint.ts'
import type { Turn } from './turn.ts'

/** What a process can be told before its job is there: everything but the messages, the limits and the credentials. */
export type Setup = Pick<Turn, 'model' | 'system' | 'tools' | 'effort' | 'temperature'>

const remembered = 10
/** One of a kind may be chance. */
const neededSightings = 2

/** Guesses what the next new conversation will begin with: what most of the recent ones began with. */
export class SpareForecast {
  readonly #recent: { readonly text: string; readonly setup: Setup }[] = []

  /** A conversation began with this. Nothing else of the turn is kept. */
  saw({ model, system, tools, effort, temperature }: Turn): void {
    const setup = { model, system, tools, effort, temperature }
    this.#recent.push({ text: setupText(setupKeyOf(setup)), setup })
    if (this.#recent.length > remembered) this.#recent.shift()
  }

  /** The most frequent of the recent ones, among equals the latest; undefined while none stands out. */
  best(): { readonly text: string; readonly setup: Setup } | undefined {
    const counts = new Map<string, number>()
    for (const { text } of this.#recent) counts.set(text, (counts.get(text) ?? 0) + 1)
    const most = Math.max(0, ...counts.values())
    if (most < neededSightings) return undefined
    return this.#recent.findLast(({ text }) => counts.get(text) === most)
  }
}
