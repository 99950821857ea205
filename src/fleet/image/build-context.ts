import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { pack } from 'tar-stream'
import { UsageError } from '../../shared/errors.ts'
import { imagePackage } from './image-package.ts'

/** What goes into the build besides auxot itself. */
export interface ContextOptions {
  /** The folder of auxot's package.json; this auxot's own when absent. */
  readonly root?: string | undefined
  /** Certificate authorities to trust too, as PEM. */
  readonly ca?: string | undefined
}

interface ContextFile {
  /** Relative, with slashes. */
  readonly name: string
  readonly content: Buffer
}

/** The parts of the package that go into the image as they are. */
const parts = ['bin', 'dist', 'docker', 'oclif.manifest.json', 'schemas'] as const
const ownRoot = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * The build context as a tar archive. The same content always makes the same bytes, so that the engine finds its layers again.
 * @throws UsageError where auxot is not built.
 */
export async function buildContext({ root = ownRoot, ca = '' }: ContextOptions = {}): Promise<Buffer> {
  const read = (await Promise.all(parts.map((part) => filesOf(root, part)))).flat()
  if (!read.some(({ name }) => name === 'dist/cli/run-cli.js')) {
    throw new UsageError('auxot is not built', { hint: 'In a checkout, run "npm run build" first.' })
  }
  const described = `${JSON.stringify(await imagePackage(root), undefined, 2)}\n`
  return archive([
    ...read,
    { name: 'package.json', content: Buffer.from(described) },
    { name: 'ca.pem', content: Buffer.from(ca) },
  ])
}

async function filesOf(root: string, part: string): Promise<ContextFile[]> {
  const entries = await readdir(join(root, part), { recursive: true, withFileTypes: true }).catch(whenNoFolder(part))
  if (entries === 'none') return []
  if (entries === 'file') return [{ name: part, content: await readFile(join(root, part)) }]
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.d.ts'))
    .map(({ parentPath, name }) => join(parentPath, name))
  return await Promise.all(
    paths.map(async (path) => ({
      name: path.slice(join(root, '/').length).replaceAll('\\', '/'),
      content: await readFile(path),
    })),
  )
}

function whenNoFolder(part: string): (error: NodeJS.ErrnoException) => 'none' | 'file' {
  return (error) => {
    if (error.code === 'ENOTDIR') return 'file'
    // Only what is compiled may be missing, and that is said in a sentence of its own.
    if (error.code === 'ENOENT' && part === 'dist') return 'none'
    throw error
  }
}

async function archive(files: readonly ContextFile[]): Promise<Buffer> {
  const tar = pack()
  const whole = buffer(tar)
  for (const { name, content } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    // What can be run says so in its first line; the modes of an installed package depend on who installed it.
    const mode = content.subarray(0, 2).toString() === '#!' ? 0o755 : 0o644
    tar.entry({ name, mode, uid: 0, gid: 0, mtime: new Date(0) }, content)
  }
  tar.finalize()
  return await whole
}
