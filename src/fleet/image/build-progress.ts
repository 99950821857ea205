import { stripVTControlCharacters } from 'node:util'

/** Where a build has got to. */
export interface BuildStep {
  readonly number: number
  readonly total: number
  /** The instruction of the Dockerfile, on one line. */
  readonly text: string
}

/** One event of a build, as the engine sends it. */
export interface BuildEvent {
  readonly stream?: string
  readonly error?: string
  readonly aux?: { readonly ID?: string }
}

const lastLines = 20

/** What a build has said so far. */
export class BuildProgress {
  readonly #onStep: (step: BuildStep) => void
  /** What the present step has printed. */
  #output = ''
  #step: BuildStep | undefined
  #imageId: string | undefined
  #error: string | undefined

  constructor(onStep: (step: BuildStep) => void) {
    this.#onStep = onStep
  }

  /** The image that came of it. */
  get imageId(): string | undefined {
    return this.#imageId
  }

  /** Why it failed: the step, what the engine says, and the end of what the step printed. Undefined where it did not. */
  get failure(): string | undefined {
    if (this.#error === undefined) return undefined
    const where = this.#step && `step ${this.#step.number}/${this.#step.total} failed: ${this.#step.text}`
    const lines = this.#output.split('\n').filter((line) => line.trim() !== '')
    // Both halves may say the same: a step of the engine's own has no other output.
    const said = lines.includes(this.#error) ? lines : [...lines, this.#error]
    return [...(where ? [where] : []), ...said.slice(-lastLines)].join('\n')
  }

  take({ stream, error, aux }: BuildEvent): void {
    if (error !== undefined) this.#error = oneLine(error)
    if (aux?.ID !== undefined) this.#imageId = aux.ID
    if (stream !== undefined) this.#takeText(stripVTControlCharacters(stream))
  }

  #takeText(text: string): void {
    // "Step 4/11 : RUN …" says Docker, "STEP 4/11: RUN …" says Podman.
    const [, number, total, instruction] = /^step (\d+)\/(\d+) ?: (.*)$/is.exec(text) ?? []
    if (instruction === undefined) {
      this.#output = `${this.#output}${text}`
        .split('\n')
        .slice(-2 * lastLines)
        .join('\n')
      return
    }
    this.#output = ''
    this.#step = { number: Number(number), total: Number(total), text: oneLine(instruction) }
    this.#onStep(this.#step)
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
