import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ReleaseStack } from '../../src/shared/disposal.ts'
import { within } from './event-record.ts'

const programs = ['/usr/bin/dbus-daemon', '/usr/bin/dbus-send', '/usr/bin/gnome-keyring-daemon']

/** Why the tests with a real Secret Service cannot run here; undefined where they can. */
export const whyNoKeyring = programs.every((program) => existsSync(program))
  ? undefined
  : 'dbus and gnome-keyring are not installed'

if (whyNoKeyring && process.env.CI === 'true') throw new Error(`${whyNoKeyring}, and CI must test against them`)

/** What a Secret Service is like. `hung`: locked, and whoever would ask for the password never answers. */
export type KeyringState = 'unlocked' | 'locked' | 'hung' | 'absent'

/** A D-Bus session of its own with gnome-keyring on it. */
export class Keyring implements AsyncDisposable {
  /** The environment by which it is found: a private home and its bus. */
  readonly env: Readonly<Record<string, string>>
  readonly #opened: ReleaseStack

  private constructor(env: Record<string, string>, opened: ReleaseStack) {
    this.env = env
    this.#opened = opened
  }

  static async open(state: KeyringState): Promise<Keyring> {
    const opened = new ReleaseStack()
    const folder = mkdtempSync(join(tmpdir(), 'auxot-keyring-'))
    opened.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
    const address = await startBus(folder, state, opened)
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      XDG_RUNTIME_DIR: join(folder, 'run'),
      XDG_DATA_HOME: join(folder, 'data'),
      DBUS_SESSION_BUS_ADDRESS: address,
    }
    if (state !== 'absent') await startDaemon(env, state, opened)
    return new Keyring(env, opened)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]()
  }
}

async function startBus(folder: string, state: KeyringState, opened: ReleaseStack): Promise<string> {
  mkdirSync(join(folder, 'run'), { mode: 0o700 })
  mkdirSync(join(folder, 'services'))
  // Started by the bus when the daemon wants to ask for the password; it never takes its name, so the daemon waits.
  if (state === 'hung') writeFileSync(join(folder, 'services', 'prompter.service'), silentPrompter)
  writeFileSync(join(folder, 'bus.conf'), busConfig(folder))
  const bus = spawn('dbus-daemon', [`--config-file=${join(folder, 'bus.conf')}`, '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH },
  })
  opened.defer(() => end(bus))
  const [line] = (await within('the address of the bus', once(bus.stdout, 'data'))) as [Buffer]
  return line.toString().trim()
}

const silentPrompter = `[D-BUS Service]
Name=org.gnome.keyring.SystemPrompter
Exec=/bin/sleep 20
`

function busConfig(folder: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${folder}/run/bus</listen>
  <servicedir>${folder}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`
}

async function startDaemon(env: Record<string, string>, state: KeyringState, opened: ReleaseStack): Promise<void> {
  const unlocked = runDaemon(env, ['--unlock'])
  await ownsName(env, true)
  if (state === 'unlocked') return opened.defer(() => end(unlocked))
  // The first start made the keyring; started again without its password, it is locked.
  await end(unlocked)
  await ownsName(env, false)
  const locked = runDaemon(env, [])
  opened.defer(() => end(locked))
  await ownsName(env, true)
}

function runDaemon(env: Record<string, string>, more: readonly string[]): ChildProcess {
  const daemon = spawn('gnome-keyring-daemon', ['--foreground', '--components=secrets', ...more], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  daemon.stdin?.end('password-of-the-test')
  return daemon
}

/** The daemon says nothing when it is ready; the bus knows who is there. */
async function ownsName({ DBUS_SESSION_BUS_ADDRESS }: Record<string, string>, wanted: boolean): Promise<void> {
  const words = ['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets']
  const argv = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus', ...words]
  for (let tries = 0; tries < 100; tries++) {
    const { stdout } = await promisify(execFile)('dbus-send', argv, { env: { DBUS_SESSION_BUS_ADDRESS } })
    if (stdout.includes(`boolean ${wanted}`)) return
  }
  throw new Error(`the Secret Service did not ${wanted ? 'come' : 'go'}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'exit')
  child.kill('SIGKILL')
  await closed
}
