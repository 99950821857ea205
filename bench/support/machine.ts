import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'

/** What the numbers were measured on. */
export interface Machine {
  readonly system: string
  readonly cpu: string
  readonly cores: number
  readonly memoryMb: number
  readonly node: string
  readonly claude: string
  /** Work that waited for a core in the minute before, by others mostly: the more, the less single milliseconds mean. */
  readonly loadBefore: number
}

export function describeMachine(claudeVersion: string): Machine {
  return {
    system: `${platform()}-${arch()} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 1_024 / 1_024),
    node: process.version,
    claude: claudeVersion,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  }
}
