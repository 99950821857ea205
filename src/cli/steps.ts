import { formatDuration } from '../shared/duration.ts'

/** Something that is done before the command's real work, and shown while it is done. */
export interface Step {
  /** `Claude Code` */
  readonly title: string
  /**
   * Resolves to what it led to: `2.1.330`.
   * @param tell what is being done now, where a step has parts of its own: `step 4/11 COPY bin`
   */
  run(tell: (part: string) => void): Promise<string>
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
  for (const step of steps) await runPlainly(step, display)
}

/** A line for each part that was told, once the next one begins, and one for the whole. */
async function runPlainly({ title, run }: Step, { quiet, write, now }: StepDisplay): Promise<void> {
  const since = (ms: number) => formatDuration(now() - ms)
  const startedMs = now()
  let part: { readonly text: string; readonly startedMs: number } | undefined
  const endPart = () => {
    if (part && !quiet) write(`+ ${title} ${part.text} ${since(part.startedMs)}`)
  }
  const result = await run((text) => {
    endPart()
    part = { text, startedMs: now() }
  })
  endPart()
  if (!quiet) write(`+ ${title}: ${result} ${since(startedMs)}`)
}
