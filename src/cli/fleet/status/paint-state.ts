import { styleText } from 'node:util'
import type { MemberState } from '../../../fleet/member.ts'

type Style = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>

const styles: Readonly<Record<MemberState, Style>> = {
  idle: 'green',
  busy: 'cyan',
  starting: 'yellow',
  draining: 'yellow',
  reconnecting: 'yellow',
  rate_limited: 'yellow',
  auth_failed: 'red',
  crash_loop: 'red',
  unhealthy: 'red',
  stopped: 'gray',
}

/** A text in the colour of a state, whatever it goes to. */
export function paintState(text: string, state: MemberState): string {
  return styleText(styles[state], text, { validateStream: false })
}
