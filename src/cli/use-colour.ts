import type { Environment } from '../settings/environment.ts'

/** Whether to colour what goes to a stream: FORCE_COLOR, then NO_COLOR and TERM=dumb, then whether it is a terminal. */
export function useColour(env: Environment, isTerminal: boolean): boolean {
  const forced = env.FORCE_COLOR
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  return isTerminal && env.TERM !== 'dumb'
}
