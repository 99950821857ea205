import { userInfo } from 'node:os'
import { isAbsolute } from 'node:path'

import { overwriteInitial } from './initial-environment.ts'

/** The environment, as a value that is handed around. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The one place that reads the environment of the process. */
export function readEnvironment(): Environment {
  return { ...process.env }
}

/**
 * Takes variables out of this process, for what it starts and for who looks at it from outside.
 * @returns false where others of this user can still read them.
 */
export function forgetVariables(names: readonly string[]): boolean {
  const given = names.filter((name) => process.env[name] !== undefined)
  if (given.length === 0) return true
  const isGone = overwriteInitial(given)
  for (const name of given) delete process.env[name]
  return isGone
}

/** A variable's value; a blank one counts as not set, because scripts pass `X=` where they have no X. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name]
  return value === undefined || value.trim() === '' ? undefined : value
}

/** Proxies for the router's socket, as the environment names them. Lower case beats upper case, as with curl. */
export function proxyFrom(env: Environment): { https?: string; http?: string; no?: string } {
  const either = (name: string) => variable(env, name.toLowerCase()) ?? variable(env, name)
  const [https, http, no] = [either('HTTPS_PROXY'), either('HTTP_PROXY'), either('NO_PROXY')]
  return { ...(https && { https }), ...(http && { http }), ...(no && { no }) }
}

/** Where this user's sockets belong; a relative one is to be ignored. */
export function runtimeDirFrom(env: Environment): string | undefined {
  const folder = variable(env, 'XDG_RUNTIME_DIR')
  return folder !== undefined && isAbsolute(folder) ? folder : undefined
}

/** What steers Claude Code's connection to its model; documented in the README. */
export const passedOn = ['ANTHROPIC_BASE_URL', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'] as const

/** What programs need to know about the host and its user; nothing that could be a secret. */
const ordinary = [
  ...['PATH', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'TZ'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR'],
]

/** Proxies are read in lower case too. */
const connection = passedOn.flatMap((name) => (name.endsWith('_PROXY') ? [name, name.toLowerCase()] : [name]))

/** The part of the environment that reaches Claude Code: an allow-list, so that no secret gets there by accident. */
export function claudeEnvironmentFrom(env: Environment): Record<string, string> {
  return only(env, [...ordinary, ...connection])
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
  return { TERM: 'xterm-256color', ...only(env, [...ordinary, ...connection, ...interactive]) }
}

function only(env: Environment, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (variable(env, name) === undefined ? [] : [[name, `${env[name]}`]])),
  )
}

/** oclif wants to know the shell, and asks for the user where SHELL is not set; a container may run by a number that is no user's. */
export function nameShell(): void {
  try {
    userInfo()
  } catch {
    process.env.SHELL ||= '/bin/sh'
  }
}
