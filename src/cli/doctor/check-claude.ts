import { AuxotError } from '../../shared/errors.ts'
import { findClaude } from '../resolve-worker.ts'
import { broken, type Finding, ok } from './finding.ts'
import type { Patient } from './run-doctor.ts'

/** Whether Claude Code is there and of a version that is supported. */
export async function checkClaude({ input, settings }: Pick<Patient, 'input' | 'settings'>): Promise<Finding> {
  try {
    const { path, version } = await findClaude(settings.values.claudePath, input.env)
    return ok('claude', `Claude Code ${version} at ${path}; 2.1.250 or newer is supported`)
  } catch (error) {
    if (error instanceof AuxotError) return broken('claude', error.exit, error)
    throw error
  }
}
