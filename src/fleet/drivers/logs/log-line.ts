/** A container whose log is read, and the worker that it is. */
export interface LogSource {
  /** `default-3`; a worker and the one that takes its place share it for a while. */
  readonly worker: string
  readonly fleet: string
  readonly slot: number
  /** The container's id. */
  readonly container: string
  readonly containerName: string
}

export type LogStream = 'stdout' | 'stderr'

/** A line that a worker wrote. */
export interface LogLine {
  readonly source: LogSource
  /** When, in ISO 8601, UTC, with nine digits of a second: texts of this form are in order of time. */
  readonly moment: string
  readonly stream: LogStream
  /** Without its end. */
  readonly text: string
}
