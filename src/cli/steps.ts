import { formatDuration } from '../shared/duration.ts'

/** Something that is done before the command's real work, and shown while it is done. */
export interface Step {
  /** `Claude Code` */
  readonly title: string
  /** Resolves to what it led to: `2.1.330`. */
  run(): Promise<string>
}

/** How steps are shown. */
export interface StepDisplay {
  /** stderr is a terminal: live lines. */
  readonly live: boolean
  readonly quiet: boolean
  readonly colour: boolean
  readonly write: (line: string) => void
  readonly now: () => number
}

/** Does the steps in order. The first that fails ends it. */
export async function runSteps(steps: readonly Step[], display: StepDisplay): Promise<void> {
  if (display.live && !display.quiet) return (await import('./live-steps.ts')).runLiveSteps(steps, display.colour)
  for (const { title, run } of steps) {
    const startedMs = display.now()
    const result = await run()
    if (!display.quiet) display.write(`+ ${title}: ${result} ${formatDuration(display.now() - startedMs)}`)
  }
}
