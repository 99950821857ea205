import { changesAnything, type ScaleAction } from '../../../fleet/scale-plan.ts'
import type { DoneAction, ScaleProgress } from '../../../fleet/scaling/scale-run.ts'
import { doneLine, planLine, progressLine } from './scale-words.ts'

/** Where a scale shows what it does. */
export interface ScaleDisplay {
  plan(actions: readonly ScaleAction[]): void
  progress(progress: ScaleProgress): void
  done(action: DoneAction): void
  /** A sentence about the whole. */
  tell(line: string): void
  /** Nothing more will come. */
  end(): Promise<void>
}

/** A plain line for each event. */
export function plainDisplay(write: (line: string) => void): ScaleDisplay {
  return {
    plan: (actions) => {
      for (const action of actions) if (action.op !== 'keep') write(planLine(action))
      if (!changesAnything(actions)) write('= nothing is to be changed')
    },
    progress: (progress) => write(progressLine(progress)),
    done: (action) => {
      if (action.result !== 'kept') write(doneLine(action))
    },
    tell: write,
    end: async () => {},
  }
}

/** Nothing at all. */
export const silentDisplay: ScaleDisplay = {
  plan: () => {},
  progress: () => {},
  done: () => {},
  tell: () => {},
  end: async () => {},
}
