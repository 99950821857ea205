import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2'
import type { Step } from './steps.ts'

/** listr2's live lines, on stderr: stdout belongs to the result, and may not be a terminal. */
class StderrRenderer extends DefaultRenderer {
  static override nonTTY = true as unknown as false
}

/** How live lines are shown. Signals are the command's to hear, and an error is shown once, by the one place that shows errors. */
export function liveOptions(colour: boolean) {
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
  return {
    renderer: StderrRenderer,
    rendererOptions: { logger, showErrorMessage: false },
    registerSignalListeners: false,
    forceUnicode: colour,
  }
}

/** Does the steps in order with a line for each that changes in place. */
export async function runLiveSteps(steps: readonly Step[], colour: boolean): Promise<void> {
  const tasks = steps.map(({ title, run }) => ({
    title,
    task: async (_: unknown, task: { title: string }) => {
      const result = await run((part) => {
        task.title = `${title} ${part}`
      })
      task.title = `${title}: ${result}`
    },
  }))
  await new Listr(tasks, liveOptions(colour)).run()
}
