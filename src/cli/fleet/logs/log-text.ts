import { Chalk, type ChalkInstance } from 'chalk'
import type { LogLine } from '../../../fleet/drivers/logs/log-line.ts'
import { createLogFormatter } from '../../../shared/log.ts'
import { colouredSentence } from '../../event-output.ts'
import { harmless } from './harmless.ts'
import { type LoggedLine, loggedLineFrom } from './logged-line.ts'

/** Makes lines of logs readable: who wrote them in front, and then what a worker in the foreground would have shown. */
export class LogText {
  readonly #chalk: ChalkInstance
  readonly #format: (logged: object) => string
  /** Each worker's colour, in the order in which they were heard of. */
  readonly #colours = new Map<string, (text: string) => string>()
  #width = 0

  constructor(colour: boolean, workers: readonly string[]) {
    this.#chalk = new Chalk({ level: colour ? 1 : 0 })
    this.#format = createLogFormatter(colour)
    for (const worker of workers) this.#meet(worker)
  }

  /** One line, or some more where it is about an error. */
  show({ source, text }: LogLine): string {
    const paint = this.#meet(source.worker)
    const front = paint(`${source.worker.padEnd(this.#width)} | `)
    return this.#readable(text)
      .split('\n')
      .map((line) => `${front}${line}`)
      .join('\n')
  }

  #readable(text: string): string {
    try {
      const logged = loggedLineFrom(text)
      if (logged) return this.#formatted(logged)
    } catch (error) {
      // Nested so deeply that nobody can read it anyway.
      if (!(error instanceof RangeError)) throw error
    }
    return harmless(text, { keepsLines: false })
  }

  #formatted({ level, event, fields, ...logged }: LoggedLine): string {
    const msg = harmless(logged.msg, { keepsLines: false })
    if (event === undefined) return this.#format({ ...(harmless(fields, { keepsLines: true }) as object), msg })
    // Its fields are for machines: the sentence says what they say.
    const sentence = colouredSentence(event, { level, text: msg }, this.#chalk)
    return this.#format({ level: fields.level, time: fields.time, msg: sentence })
  }

  #meet(worker: string): (text: string) => string {
    const { cyan, magenta, green, blue, yellow, red } = this.#chalk
    const known = [cyan, magenta, green, blue, yellow, red]
    const colour = this.#colours.get(worker) ?? known[this.#colours.size % known.length] ?? cyan
    this.#colours.set(worker, colour)
    this.#width = Math.max(this.#width, worker.length)
    return colour
  }
}
