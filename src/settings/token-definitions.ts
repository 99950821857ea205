import { claudeSettings, commonSettings, connectionSettings } from './definitions.ts'
import { onOff, routerUrl, secretFile } from './kinds.ts'
import { optional, withDefault } from './setting.ts'

/** Whose secrets a command is about. */
const secretSettings = {
  routerUrl: optional({ flag: 'router-url', kind: routerUrl, summary: 'the router: a host, host:port or URL' }),
  profile: connectionSettings.profile,
}

const insecureStorage = withDefault({
  flag: 'insecure-storage',
  key: false,
  kind: onOff,
  default: 'false',
  summary: 'keep the secret unencrypted, in a file that only its owner can read, instead of in the keychain',
})

const probe = withDefault({
  flag: 'probe',
  key: false,
  kind: onOff,
  default: 'false',
  summary: 'ask the model service, with one minimal request, whether it accepts the credential',
})

/** Everything `auxot worker token` understands. */
export const tokenSetupSettings = {
  profile: connectionSettings.profile,
  claudePath: claudeSettings.claudePath,
  noProbe: withDefault({
    flag: 'no-probe',
    key: false,
    kind: onOff,
    default: 'false',
    summary: 'store the token without asking the model service whether it accepts it',
  }),
  insecureStorage,
  ...commonSettings,
}

/** Everything `auxot worker token set` understands. */
export const tokenSetSettings = {
  fromFile: optional({
    flag: 'from-file',
    key: false,
    kind: secretFile,
    summary: 'file with the secret; stdin when absent',
  }),
  insecureStorage,
  ...secretSettings,
  ...commonSettings,
}

/** Everything `auxot worker token status` understands. */
export const tokenStatusSettings = {
  probe,
  claudePath: claudeSettings.claudePath,
  keyFile: connectionSettings.keyFile,
  ...secretSettings,
  ...commonSettings,
}

/** Everything `auxot doctor` understands. */
export const doctorSettings = { ...tokenStatusSettings }

/** Everything `auxot worker token print` understands. */
export const tokenPrintSettings = {
  reveal: withDefault({
    flag: 'reveal',
    key: false,
    kind: onOff,
    default: 'false',
    summary: 'show the secret on a terminal too',
  }),
  keyFile: connectionSettings.keyFile,
  ...secretSettings,
  ...commonSettings,
}

/** Everything `auxot worker token rm` understands. */
export const tokenRmSettings = {
  yes: withDefault({
    flag: 'yes',
    key: false,
    kind: onOff,
    default: 'false',
    summary: 'do not ask for a confirmation',
  }),
  ...secretSettings,
  ...commonSettings,
}

/** What the commands for secrets understand, together. */
export const tokenSettings = {
  ...tokenSetupSettings,
  ...tokenSetSettings,
  ...tokenStatusSettings,
  ...tokenPrintSettings,
  ...tokenRmSettings,
}
