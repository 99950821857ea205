import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Why no registry of images can be had here; undefined where one can. */
export const whyNoRegistry = findReason()

/** A real registry of images on loopback, which wants a name and password. */
export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:41234` */
  readonly host: string
  readonly username: string
  readonly password: string
}

/** Starts one; resolves when it listens. */
export async function startRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'auxot-registry-'))
  const [username, password] = ['ci', 'invented-password']
  const path = (name: string) => join(folder, name)
  writeFileSync(path('users'), `${username}:${bcrypt(password)}\n`)
  const config = {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: path('images') } },
    http: { addr: '127.0.0.1:0' },
    auth: { htpasswd: { realm: 'registry', path: path('users') } },
  }
  // A document of JSON is one of YAML too.
  writeFileSync(path('config.yml'), JSON.stringify(config))
  const registry = spawn('docker-registry', ['serve', path('config.yml')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(registry, 'exit')
  const host = await addressIn(createInterface(registry.stderr))
  return {
    ...{ host, username, password },
    [Symbol.asyncDispose]: async () => {
      registry.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}

async function addressIn(lines: AsyncIterable<string>): Promise<string> {
  const said: string[] = []
  for await (const line of lines) {
    const [, address] = /listening on (127\.0\.0\.1:\d+)/.exec(line) ?? []
    if (address !== undefined) return address
    said.push(line)
  }
  throw new Error(`the registry does not listen:\n${said.join('\n')}`)
}

/** What htpasswd would write; the system's own library knows how. */
function bcrypt(password: string): string {
  const script = 'print crypt($ARGV[0], q($2y$05$abcdefghijklmnopqrstuu))'
  return execFileSync('perl', ['-e', script, password], { encoding: 'utf8' })
}

function findReason(): string | undefined {
  try {
    execFileSync('docker-registry', ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'there is no docker-registry'
  }
}
