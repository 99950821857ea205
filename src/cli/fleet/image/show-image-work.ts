import type { ImageFacts } from '../../../fleet/image/image-facts.ts'
import type { Environment } from '../../../settings/environment.ts'
import { systemClock } from '../../../shared/clock.ts'
import { tellLine } from '../../open-output.ts'
import { runSteps } from '../../steps.ts'
import { useColour } from '../../use-colour.ts'
import { Patience } from '../patience.ts'

/** How what is done to an image is shown. */
export interface ImageShow {
  readonly name: string
  readonly quiet: boolean
  readonly env: Environment
}

/** What takes its time: it tells what it is doing, and ends with the signal. */
type ImageWork = (tell: (part: string) => void, signal: AbortSignal) => Promise<ImageFacts>

/** Does something that an image comes of, and shows on stderr where it has got to. A signal to this process ends it. */
export async function showImageWork({ name, quiet, env }: ImageShow, work: ImageWork): Promise<ImageFacts> {
  using patience = new Patience({ clock: systemClock, emitter: process, output: process.stdout })
  const live = process.stderr.isTTY === true
  const done: ImageFacts[] = []
  const run = async (tell: (part: string) => void) => {
    done.push(await work(tell, patience.signal))
    return name
  }
  const display = { live, quiet, colour: useColour(env, live), write: tellLine, now: systemClock.now }
  await runSteps([{ title: 'image', run }], display)
  const [facts] = done
  if (!facts) throw new Error('an image was made and is not there')
  return facts
}
