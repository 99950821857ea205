/** A file that a worker is given, below its folder for secrets. */
export interface SpecFile {
  /** `worker-key` */
  readonly name: string
  readonly content: string
  /** Root alone may read it. A certificate may be read by all. */
  readonly isSecret: boolean
}

/** Everything that a fleet's workers are made from; the same for all of them. */
export interface WorkerSpec {
  readonly fleet: string
  /** The image's id, which changes with its content. */
  readonly imageId: string
  /** As it was named: `auxot-worker:0.1.0`. */
  readonly imageName: string
  /** Of auxot, on this host. */
  readonly version: string
  /** Settings of the worker; nothing secret is in it. */
  readonly env: Readonly<Record<string, string>>
  readonly files: readonly SpecFile[]
  readonly limits: {
    readonly memoryBytes: number
    /** Processors. */
    readonly cpus: number
    readonly pids: number
  }
  readonly network: string
  /** How long a stopped worker may take until it is killed. */
  readonly stopTimeoutMs: number
}
