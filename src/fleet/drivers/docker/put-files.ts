import { buffer } from 'node:stream/consumers'
import type { Container } from 'dockerode'
import { pack } from 'tar-stream'
import type { SpecFile } from '../../worker-spec.ts'
import { secretsFolder } from './container-options.ts'

/**
 * Puts files into a container that was made and not started, below its folder for secrets: a volume of its own, so that they are
 * neither in its image or its settings nor lost when it or the engine is started again.
 */
export async function putFiles(container: Container, files: readonly SpecFile[]): Promise<void> {
  const archive = pack()
  for (const { name, content, isSecret } of files) {
    archive.entry({ name, mode: isSecret ? 0o400 : 0o444, uid: 0, gid: 0, mtime: new Date(0) }, content)
  }
  archive.finalize()
  await container.putArchive(await buffer(archive), { path: secretsFolder })
}
