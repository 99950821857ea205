/** Hands out names that are never the same twice: a taken one gets `_2`, `_3`, … at its end. */
export class UniqueNames {
  readonly #taken = new Set<string>()
  /** Where counting goes on, so that a thousand equal names are not a million look-ups. */
  readonly #lastNumber = new Map<string, number>()
  readonly #maxLength: number

  constructor(maxLength = Number.POSITIVE_INFINITY) {
    this.#maxLength = maxLength
  }

  has(name: string): boolean {
    return this.#taken.has(name)
  }

  /** The wanted name, or the next free one after it. */
  claim(wanted: string): string {
    let number = this.#lastNumber.get(wanted) ?? 1
    let name = wanted
    while (this.#taken.has(name)) {
      number += 1
      const ending = `_${number}`
      name = `${wanted.slice(0, this.#maxLength - ending.length)}${ending}`
    }
    this.#lastNumber.set(wanted, number)
    this.#taken.add(name)
    return name
  }
}
