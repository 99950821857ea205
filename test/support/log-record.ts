import type { Log } from '../../src/shared/log.ts'

/** One line of a log. */
export interface LoggedLine {
  readonly level: keyof Omit<Log, 'child'>
  readonly fields: unknown
  readonly sentence: string | undefined
}

/** A log that keeps its lines. */
export class LogRecord implements Log {
  readonly lines: LoggedLine[] = []
  readonly trace = this.#at('trace')
  readonly debug = this.#at('debug')
  readonly info = this.#at('info')
  readonly warn = this.#at('warn')
  readonly error = this.#at('error')

  child(): Log {
    return this
  }

  #at(level: LoggedLine['level']): Log['info'] {
    return (fields: unknown, sentence?: string) => {
      this.lines.push({ level, fields, sentence })
    }
  }
}
