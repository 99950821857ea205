import { BaseCommand } from '../base-command.ts'
import { flagsFrom } from '../cli/flags-from-settings.ts'
import { withoutCommon } from '../cli/without-common.ts'
import { doctorSettings } from '../settings/token-definitions.ts'
import { exitCodes } from '../shared/exit-codes.ts'

export default class Doctor extends BaseCommand {
  static override summary = 'Looks at everything that a worker on this host needs, and says what is wrong.'
  static override description =
    'Ends with 0 when nothing is broken, else with the code of the first thing that is. Warnings do not change the code. ' +
    'With --probe the model service gets one minimal request, and the router a hello: for a moment it counts one worker more, ' +
    'and a request of that half minute may wait for half a minute.'
  static override usage = '<%= command.id %> [FLAGS]'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --router-url https://router.example.com --probe --json',
  ]
  static override flags = flagsFrom(withoutCommon(doctorSettings))

  override async run(): Promise<void> {
    const { runDoctor } = await import('../cli/doctor/run-doctor.ts')
    const findings = await runDoctor(await this.input(), process.stdin)
    const exit = findings.find(({ state }) => state === 'broken')?.exit ?? 'done'
    const exitCode = exitCodes[exit].code
    process.exitCode = exitCode
    if (this.jsonEnabled()) {
      const list = findings.map(({ check, state, message, hint }) => ({ check, state, message, ...(hint && { hint }) }))
      return this.print({ schema: 'auxot.doctor/v1', findings: list, exitCode })
    }
    for (const { check, state, message, hint = '' } of findings) {
      const way = hint === '' ? '' : `\n${hint.replace(/^/gm, ' '.repeat(9))}`
      process.stdout.write(`${state.padEnd(7)}  ${check}: ${message}${way}\n`)
    }
  }
}
