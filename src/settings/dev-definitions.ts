import { claudeSettings, commonSettings, connectionSettings, servingSettings } from './definitions.ts'
import { choice, integer, onOff, text } from './kinds.ts'
import { optional, withDefault } from './setting.ts'

const { claudePath, model, tools: builtinTools, warm, keepConversation, kept, modelRetries } = claudeSettings

/** Everything `auxot dev` understands. What it starts lives on this machine and for this run: no config file for its own. */
export const devSettings = {
  prompt: optional({
    flag: 'prompt',
    key: false,
    env: 'AUXOT_DEV_PROMPT',
    kind: text('TEXT'),
    summary: 'send one request, stream the answer, exit',
  }),
  offline: withDefault({
    flag: 'offline',
    key: false,
    env: 'AUXOT_DEV_OFFLINE',
    kind: onOff,
    default: 'false',
    summary: 'answer from an echo model on loopback; no credential is used',
  }),
  port: withDefault({
    flag: 'port',
    key: false,
    env: 'AUXOT_DEV_PORT',
    kind: integer({ min: 0, max: 65_535 }),
    default: '0',
    summary: "the development router's port; 0 takes a free one",
  }),
  dialect: withDefault({
    flag: 'dialect',
    key: false,
    env: 'AUXOT_DEV_DIALECT',
    kind: choice(['public', 'coordinator']),
    default: 'public',
    summary: 'which kind of router the development router is',
  }),
  concurrency: servingSettings.concurrency,
  profile: connectionSettings.profile,
  claudePath,
  model,
  tools: builtinTools,
  warm,
  keepConversation,
  kept,
  modelRetries,
  ...commonSettings,
}
