import { stripVTControlCharacters } from 'node:util'
import type { BuildEnd } from './build-failure.ts'

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

/** Of what a step prints, for the case that it fails. */
const keptLines = 40

/** What a build has said so far. */
export class BuildProgress {
  readonly #onStep: (step: BuildStep) => void
  /** What the present step has printed. */
  #output = ''
  #step: BuildStep | undefined
  #imageId: string | undefined
  #saysBuilt = false
  #reason: string | undefined

  constructor(onStep: (step: BuildStep) => void) {
    this.#onStep = onStep
  }

  /** The image that came of it, where the engine says so. */
  get imageId(): string | undefined {
    return this.#imageId
  }

  /** The engine says that there is an image, whether or not it says which. */
  get isBuilt(): boolean {
    return this.#imageId !== undefined || this.#saysBuilt
  }

  /** How it failed. Undefined where it did not. */
  get failure(): BuildEnd | undefined {
    if (this.#reason === undefined) return undefined
    return { step: this.#step, output: this.#output, reason: this.#reason }
  }

  take({ stream, error, aux }: BuildEvent): void {
    if (error !== undefined) this.#reason = error.trim()
    if (aux?.ID !== undefined) this.#imageId = aux.ID
    if (stream !== undefined) this.#takeText(stripVTControlCharacters(stream))
  }

  #takeText(text: string): void {
    // "Step 4/11 : RUN …" says Docker, "STEP 4/11: RUN …" says Podman.
    const [, number, total, instruction] = /^step (\d+)\/(\d+) ?: (.*)$/is.exec(text) ?? []
    if (instruction === undefined) {
      if (/^Successfully built /.test(text)) this.#saysBuilt = true
      this.#output = `${this.#output}${text}`.split('\n').slice(-keptLines).join('\n')
      return
    }
    this.#output = ''
    this.#step = { number: Number(number), total: Number(total), text: instruction.replace(/\s+/g, ' ').trim() }
    this.#onStep(this.#step)
  }
}
