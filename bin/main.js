import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const argv = process.argv.slice(2)

if (argv.length === 1 && argv[0] === '--version') {
  // Answered here: loading the rest takes three times as long.
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  process.stdout.on('error', () => {})
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`)
} else if (!hasHome()) {
  process.stderr.write(
    'Error: this user has no home folder.\n  Name one with HOME; auxot looks for its settings there.\n',
  )
  process.exitCode = 2
} else {
  enableCompileCache(join(cacheFolder(), 'compile'))
  // Not awaited at the top level: a reader that closes our stdout early would leave the await unsettled, which is exit 13.
  import('../dist/cli/run-cli.js').then(({ runCli }) => runCli(argv, { root }), explain)
}

/** Containers are sometimes run by a number that belongs to no user. */
function hasHome() {
  try {
    return homedir() !== ''
  } catch {
    return false
  }
}

function cacheFolder() {
  const { AUXOT_CACHE_DIR, XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (AUXOT_CACHE_DIR) return AUXOT_CACHE_DIR
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'auxot')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'auxot')
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'auxot')
  return join(homedir(), '.cache', 'auxot')
}

/** @param {Error & {code?: string}} error */
function explain(error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes('run-cli.js')) throw error
  process.stderr.write('Error: auxot is not built yet.\n  In a checkout, run "npm run build" first.\n')
  process.exitCode = 2
}
