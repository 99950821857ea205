import { exitCodes } from '../shared/exit-codes.ts'

let isSaid = false

/**
 * A result or a log that can no longer be written ends nothing: the jobs of a worker matter more than what is told about them. A
 * reader that has seen enough (`| head -1`) and a terminal that was closed are no errors; a result that was lost for another
 * reason, such as a full disk, is said once on stderr and makes a success exit code 1.
 *
 * Whoever listened before does so no longer: oclif throws at everything but a closed pipe, out of the midst of what runs.
 */
export function outliveOutput(): void {
  process.stdout.removeAllListeners('error').on('error', sayLost)
  // Where stderr fails there is nowhere left to say it.
  process.stderr.removeAllListeners('error').on('error', () => {})
}

function sayLost(error: NodeJS.ErrnoException): void {
  if (isSaid || error.code === 'EPIPE' || error.code === 'EIO') return
  isSaid = true
  process.stderr.write(`Error: stdout cannot be written: ${reasonFrom(error)}.\n`)
  process.once('exit', () => {
    process.exitCode ||= exitCodes.bug.code
  })
}

function reasonFrom({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ENOSPC' ? 'no space is left on the disk (ENOSPC)' : message
}
