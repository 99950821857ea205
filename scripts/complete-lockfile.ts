/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out, because the registry at hand lacks them.
 * "npm ci" refuses a lock file without them. Their integrity is not known here; every other entry keeps its own.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.ts'

interface LockedPackage {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32']
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

/** Names and version ranges of optional packages that have no entry, with who asks for them. */
export function missingPackages({ packages }: Lockfile): { name: string; range: string; by: LockedPackage }[] {
  return Object.entries(packages).flatMap(([path, by]) =>
    Object.entries(by.optionalDependencies ?? {})
      .filter(([name]) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`])
      .map(([name, range]) => ({ name, range, by })),
  )
}

/** What npm would have written, as far as the package's name tells it. */
function entryFor(name: string, range: string, by: LockedPackage): LockedPackage {
  const words = name.replace(/^.*\//, '').split('-')
  const among = (known: readonly string[]) => words.filter((word) => known.includes(word))
  const [os, cpu] = [among(systems), among(processors)]
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu')) && 'glibc'
  return {
    version: range.replace(/^[\^~]/, ''),
    ...(cpu.length > 0 && { cpu }),
    ...(by.dev && { dev: true }),
    ...(libc && { libc: [libc] }),
    optional: true,
    ...(os.length > 0 && { os }),
  }
}

if (import.meta.main) {
  const file = join(root, 'package-lock.json')
  const lockfile = JSON.parse(readFileSync(file, 'utf8')) as Lockfile
  const added = missingPackages(lockfile).map(({ name, range, by }) => [
    `node_modules/${name}`,
    entryFor(name, range, by),
  ])
  const packages = Object.entries({ ...lockfile.packages, ...Object.fromEntries(added) })
  const sorted = packages.sort(([left], [right]) => left.localeCompare(right, 'en'))
  writeFileSync(file, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(sorted) }, undefined, 2)}\n`)
  console.log(`${added.length} packages added`)
}
