import { withScheme } from '../protocol/proxy-rules.ts'
import { UsageError } from '../shared/errors.ts'
import { type Environment, variable } from './environment.ts'

/** What steers Claude Code's connection to its model; documented in the README. */
export const passedOn = ['ANTHROPIC_BASE_URL', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'] as const

/** What programs need to know about the host and its user; nothing that could be a secret. */
const ordinary = [
  ...['PATH', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'TZ'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR'],
]

/** Proxies are read in lower case too. */
const connection = passedOn.flatMap((name) => (name.endsWith('_PROXY') ? [name, name.toLowerCase()] : [name]))

/**
 * The part of the environment that reaches Claude Code: an allow-list, so that no secret gets there by accident.
 * @throws UsageError for an address that Claude Code could not use.
 */
export function claudeEnvironmentFrom(env: Environment): Record<string, string> {
  return { ...only(env, ordinary), ...connectionFrom(env) }
}

/** The same without anything that steers a connection, for a model on this machine. */
export function offlineEnvironmentFrom(env: Environment): Record<string, string> {
  return only(env, ordinary)
}

/** What a program at the operator's own terminal needs beside that, to open a browser and to draw; still no secret. */
const interactive = [
  ...['HOME', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'SystemRoot', 'TMPDIR', 'TEMP', 'TMP', 'CLAUDE_CONFIG_DIR'],
  ...['TERM', 'COLORTERM', 'TERM_PROGRAM', 'TERM_PROGRAM_VERSION', 'TMUX', 'NO_COLOR', 'FORCE_COLOR'],
  ...['BROWSER', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'],
  ...['SSH_CONNECTION', 'SSH_CLIENT', 'SSH_TTY', 'WSL_DISTRO_NAME', 'WSL_INTEROP'],
]

/** The part of the environment that reaches `claude setup-token`. */
export function setupEnvironmentFrom(env: Environment): Record<string, string> {
  return { TERM: 'xterm-256color', ...only(env, [...ordinary, ...interactive]), ...connectionFrom(env) }
}

function connectionFrom(env: Environment): Record<string, string> {
  const found = Object.entries(only(env, connection))
  return Object.fromEntries(found.map(([name, value]) => [name, usableAddress(name, value)]))
}

/**
 * The value of one of these variables as Claude Code can use it. At a proxy without a scheme, which everybody else takes, it ends as
 * soon as it has something to ask; at a model service that is no address it fails only then, job by job.
 * @throws UsageError for a value that is no address
 */
export function usableAddress(name: string, value: string): string {
  const kind = name.toUpperCase()
  if (kind === 'NO_PROXY' || kind === 'NODE_EXTRA_CA_CERTS') return value
  const isProxy = kind.endsWith('_PROXY')
  const address = isProxy ? withScheme(value.trim()) : value.trim()
  const url = URL.parse(address)
  if (url?.hostname && (isProxy || /^https?:$/.test(url.protocol))) return address
  // What is written there may hold a password.
  throw new UsageError(`${name} is no address`, {
    hint: isProxy ? 'Write it as http://proxy.example.com:3128.' : 'Write it as https://gateway.example.com.',
  })
}

function only(env: Environment, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (variable(env, name) === undefined ? [] : [[name, `${env[name]}`]])),
  )
}
