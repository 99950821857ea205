import type { DockerImages } from '../../../fleet/drivers/docker/docker-images.ts'
import type { BuildStep } from '../../../fleet/image/build-progress.ts'
import type { ImageFacts } from '../../../fleet/image/image-facts.ts'
import { type Environment, proxyFrom } from '../../../settings/environment.ts'
import { systemClock } from '../../../shared/clock.ts'
import { tellLine } from '../../open-output.ts'
import { runSteps } from '../../steps.ts'
import { useColour } from '../../use-colour.ts'
import { Patience } from '../patience.ts'

/** What a build is given by its operator. */
export interface WorkerImageWish {
  readonly name: string
  readonly buildArgs?: Readonly<Record<string, string>> | undefined
  /** Certificate authorities to trust too, as PEM. */
  readonly ca?: string | undefined
  readonly quiet: boolean
  readonly env: Environment
}

const longestInstruction = 60

/** Builds the image of this auxot's workers, and shows on stderr where it has got to. A signal ends it. */
export async function buildWorkerImage(images: DockerImages, wish: WorkerImageWish): Promise<ImageFacts> {
  const { name, ca, quiet, env, buildArgs = {} } = wish
  using patience = new Patience({ clock: systemClock, emitter: process, output: process.stdout })
  const { signal } = patience
  const live = process.stderr.isTTY === true
  let facts: ImageFacts | undefined
  const run = async (tell: (part: string) => void) => {
    const onStep = (step: BuildStep) => tell(partOf(step))
    facts = await images.build({ name, ca, buildArgs: { ...proxyArgs(env), ...buildArgs }, onStep, signal })
    return name
  }
  await runSteps([{ title: 'image', run }], {
    live,
    quiet,
    colour: useColour(env, live),
    write: tellLine,
    now: systemClock.now,
  })
  if (!facts) throw new Error('an image was built and is not there')
  return facts
}

function partOf({ number, total, text }: BuildStep): string {
  const instruction = text.length > longestInstruction ? `${text.slice(0, longestInstruction)}…` : text
  return `step ${number}/${total} ${instruction}`
}

/** Docker knows these by name, and leaves them out of the image's history. */
function proxyArgs(env: Environment): Record<string, string> {
  const { https, http, no } = proxyFrom(env)
  return { ...(https && { HTTPS_PROXY: https }), ...(http && { HTTP_PROXY: http }), ...(no && { NO_PROXY: no }) }
}
