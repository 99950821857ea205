import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { isSet, type Variables } from '../sources/environment.ts'
import type { KeychainAnswer, KeychainRequest } from './keychain-request.ts'
import { KeychainUnavailableError } from './keychain-unavailable-error.ts'

const limitMs = 3_000

/** Beside this file, in the sources as in what is compiled from them. */
const program = fileURLToPath(import.meta.url).replace(/ask-keychain(?=\.\w+$)/, 'keychain-process')

/** What finds the user's keychain; no secret is among it. */
const passedOn = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'TMPDIR', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY'],
  ...['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'XDG_DATA_HOME', 'XDG_CURRENT_DESKTOP'],
  ...['SystemRoot', 'SYSTEMROOT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'TEMP', 'TMP'],
]

/**
 * One call to the operating system's keychain, in a process of its own: what it is asked goes through a pipe, never through its
 * arguments or its environment. @throws KeychainUnavailableError for everything that is no answer, a hang included.
 */
export async function askKeychain(request: KeychainRequest, env: Variables): Promise<string | undefined> {
  const reason = cannotAnswer(env)
  if (reason !== undefined) throw new KeychainUnavailableError(reason)
  const answer = await callOnce(request, env)
  if (answer.kind === 'error') throw new KeychainUnavailableError(firstLine(answer.message))
  return answer.kind === 'value' ? (answer.value ?? undefined) : undefined
}

/** Without a session bus nothing could answer; libsecret would start one that nobody else can reach. */
function cannotAnswer(env: Variables): string | undefined {
  if (process.platform !== 'linux' || isSet(env, 'DBUS_SESSION_BUS_ADDRESS')) return undefined
  const bus = isSet(env, 'XDG_RUNTIME_DIR') && existsSync(join(`${env.XDG_RUNTIME_DIR}`, 'bus'))
  return bus ? undefined : 'there is no D-Bus session'
}

async function callOnce(request: KeychainRequest, env: Variables): Promise<KeychainAnswer> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    env: Object.fromEntries(passedOn.flatMap((name) => (isSet(env, name) ? [[name, env[name]]] : []))),
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: limitMs,
    // Nothing less ends a call that hangs.
    killSignal: 'SIGKILL',
    windowsHide: true,
  })
  child.stdin.on('error', () => {})
  child.stdin.end(JSON.stringify(request))
  const startedMs = performance.now()
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  const answer = answerFrom(said)
  if (answer) return answer
  const hung = performance.now() - startedMs >= limitMs
  throw new KeychainUnavailableError(
    hung ? `it did not answer within ${limitMs / 1_000} s` : 'the call to it ended without an answer',
  )
}

function answerFrom(said: string): KeychainAnswer | undefined {
  try {
    return JSON.parse(said) as KeychainAnswer
  } catch {
    return undefined
  }
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/[.\s]+$/, '')
}
