import type { ListrTask } from 'listr2'
import { Listr } from 'listr2'
import type { ScaleAction } from '../../../fleet/scale-plan.ts'
import { liveOptions } from '../../live-steps.ts'
import { plainDisplay, type ScaleDisplay } from './scale-display.ts'
import { doneWords, planLine, progressLine } from './scale-words.ts'

/** The line of one worker, which changes in place. */
interface Line {
  readonly ended: PromiseWithResolvers<void>
  /** Set once the line is shown. */
  show: ((title: string) => void) | undefined
}

/** One line for each worker on a terminal. */
export function liveDisplay(colour: boolean, write: (line: string) => void): ScaleDisplay {
  const lines = new Map<string, Line>()
  let shown: Promise<unknown> = Promise.resolve()
  const lineOf = ({ worker, op }: ScaleAction) => lines.get(`${worker} ${op}`)
  return {
    plan: (actions) => {
      const changes = actions.filter(({ op }) => op !== 'keep')
      if (changes.length === 0) return write('= nothing is to be changed')
      const tasks = changes.map((action) => taskFor(action, lines))
      shown = new Listr(tasks, { ...liveOptions(colour), concurrent: true, exitOnError: false }).run()
    },
    progress: (progress) => lineOf(progress.action)?.show?.(progressLine(progress)),
    done: (action) => {
      const line = lineOf(action)
      if (!line) return plainDisplay(write).done(action)
      line.show?.(`${action.worker} ${doneWords(action)}`)
      if (action.result === 'failed' || action.result === 'busy') line.ended.reject(new Error(doneWords(action)))
      else line.ended.resolve()
    },
    tell: write,
    end: async () => {
      for (const { ended } of lines.values()) ended.resolve()
      await shown
    },
  }
}

function taskFor(action: ScaleAction, lines: Map<string, Line>): ListrTask {
  const line: Line = { ended: Promise.withResolvers(), show: undefined }
  lines.set(`${action.worker} ${action.op}`, line)
  return {
    title: planLine(action),
    task: async (_, task) => {
      line.show = (title) => {
        task.title = title
      }
      await line.ended.promise
    },
  }
}
