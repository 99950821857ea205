import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The folders of one Claude Code process. Nothing in them outlives it. */
export interface SessionDirectory {
  readonly path: string
  /** Where tools work; its path is what the model is told. */
  readonly work: string
  readonly home: string
  readonly config: string
  readonly tmp: string
  /** A history that `--resume` reads. */
  readonly historyFile: string
  remove(): Promise<void>
}

/** Makes the folders below `path`, open to this user only. */
export async function openSessionDirectory(path: string): Promise<SessionDirectory> {
  const folder = (name: string) => join(path, name)
  const directory: SessionDirectory = {
    path,
    work: folder('work'),
    home: folder('home'),
    config: folder('config'),
    tmp: folder('tmp'),
    historyFile: folder('history.jsonl'),
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  }
  await mkdir(path, { mode: 0o700 })
  const { work, home, config, tmp } = directory
  await Promise.all([work, home, config, tmp].map((each) => mkdir(each, { mode: 0o700 })))
  return directory
}
