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

/** oclif wants to know the shell, and asks for the user where SHELL is not set; a container may run by a number that is no user's. */
export function nameShell(): void {
  if (process.env.SHELL) return
  try {
    userInfo()
  } catch {
    process.env.SHELL = '/bin/sh'
  }
}
