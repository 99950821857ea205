import { everySetting } from '../settings/every-setting.ts'
import { exitCodes } from '../shared/exit-codes.ts'
import { columns } from './columns.ts'

/** Pages of help that belong to no single command, by the name after `auxot help`. */
export const helpTopics = {
  'exit-codes': {
    summary: 'What the exit codes mean.',
    document: () => ({
      schema: 'auxot.exit-codes/v1',
      exitCodes: Object.entries(exitCodes).map(([name, { code, meaning }]) => ({ name, code, meaning })),
    }),
    text: () => columns(Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning])),
  },
  settings: {
    summary: 'Every setting: flag, environment variable, key in config.json, default.',
    document: () => ({ schema: 'auxot.settings/v1', settings: allSettings() }),
    text: () =>
      columns(
        allSettings().map(({ flag, env, key, default: fallback }) => [`--${flag}`, env, key ?? '', fallback ?? '']),
      ),
  },
} as const

/** Every setting of every command, once. */
function allSettings() {
  return Object.values(everySetting).map(({ flag, env, key, default: fallback, summary, required }) => ({
    flag,
    env,
    ...(key !== false && { key }),
    ...(fallback !== undefined && { default: fallback }),
    required,
    summary,
  }))
}
