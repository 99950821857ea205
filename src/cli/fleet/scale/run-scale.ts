import { scaleFleet } from '../../../fleet/fleet.ts'
import type { FleetBackend } from '../../../fleet/fleet-backend.ts'
import type { WorkerSpec } from '../../../fleet/worker-spec.ts'
import { systemClock } from '../../../shared/clock.ts'
import { exitCodes } from '../../../shared/exit-codes.ts'
import { tellLine } from '../../open-output.ts'
import { useColour } from '../../use-colour.ts'
import type { CommandInput } from '../command-input.ts'
import { requireFleet } from '../open-fleet.ts'
import { Patience } from '../patience.ts'
import { ensureImage } from './ensure-image.ts'
import { resolveScale, resolveScaleSettings, type ScaleSettings } from './resolve-scale.ts'
import { plainDisplay, type ScaleDisplay, silentDisplay } from './scale-display.ts'
import type { ScaleOutcome } from './scale-document.ts'
import { exitOf } from './scale-end.ts'
import { scaleWarnings } from './scale-warnings.ts'
import { type Size, wantedFrom } from './size.ts'
import { workerSpecFrom } from './worker-spec.ts'

/** Makes a fleet as large as it is wanted, and gives the process its exit code. */
export async function runScale(size: Size, input: CommandInput): Promise<ScaleOutcome> {
  const isEmptying = size.kind === 'absolute' && size.count === 0
  const resolved = isEmptying ? undefined : await resolveScale(input, process.stdin)
  const settings = resolved?.settings ?? (await resolveScaleSettings(input, false))
  const made = resolved && workerSpecFrom(settings, resolved.secrets, input.env)
  await using fleet = await requireFleet(input)
  const display = await displayFor(settings, input)
  if (resolved) warn(scaleWarnings(resolved), settings.values.quiet)
  const { timeout: limitMs } = settings.values
  // Building an image takes as long as it takes; the time limit is about the workers.
  const image = resolved && (await ensureImage(fleet.images, { settings, ca: resolved.secrets.ca, env: input.env }))
  const spec = made && image && { ...made, imageId: image.id, imageName: image.name }
  using patience = new Patience({ limitMs, clock: systemClock, emitter: process, output: process.stdout })
  const outcome = await scaled({ size, settings, spec, fleet, display, patience })
  process.exitCode = exitCodes[outcome.exit].code
  return outcome
}

function warn(warnings: readonly string[], quiet: boolean): void {
  if (!quiet) for (const warning of warnings) tellLine(`Warning: ${warning}`)
}

interface Scaling {
  readonly size: Size
  readonly settings: ScaleSettings
  readonly spec: WorkerSpec | undefined
  readonly fleet: FleetBackend
  readonly display: ScaleDisplay
  readonly patience: Patience
}

async function scaled({ size, settings, spec, fleet, display, patience }: Scaling): Promise<ScaleOutcome> {
  const { fleet: name, recreate, drainBusy, wait, lockWait: lockWaitMs, dryRun } = settings.values
  const wanted = (present: number) => wantedFrom(size, present)
  try {
    const report = await scaleFleet(
      { fleet: name, wanted, spec, recreate, drainBusy, wait, lockWaitMs, dryRun },
      {
        backend: fleet,
        clock: systemClock,
        signal: patience.signal,
        onPlan: (plan) => display.plan(plan),
        onProgress: (progress) => display.progress(progress),
        onDone: (action) => display.done(action),
        onLockWait: (holder) => display.tell(`waiting for ${holder}, who changes the fleet "${name}"`),
      },
    )
    const { wanted: requested, ...facts } = report
    return { fleet: name, requested, dryRun, ...facts, exit: exitOf(report, { dryRun, wait, ended: patience.ended }) }
  } finally {
    await display.end()
  }
}

async function displayFor({ values }: ScaleSettings, { env }: CommandInput): Promise<ScaleDisplay> {
  if (values.quiet) return silentDisplay
  const isTerminal = process.stderr.isTTY === true
  if (!isTerminal || values.dryRun) return plainDisplay(tellLine)
  const { liveDisplay } = await import('./live-display.ts')
  return liveDisplay(useColour(env, isTerminal), tellLine)
}
