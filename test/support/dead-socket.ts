import { spawnSync } from 'node:child_process'

/** Leaves a socket in a folder as a worker does that was killed. Returns its name; `PID` in it stands for the process's own id. */
export function leaveDeadSocket(folder: string, name = 'PID.sock'): string {
  const program = `const [folder, name] = process.argv.slice(1)
    const path = require('node:path').join(folder, name.replace('PID', process.pid))
    require('node:net').createServer().listen(path, () => process.kill(process.pid, 'SIGKILL'))`
  const { pid, signal, stderr } = spawnSync(process.execPath, ['-e', program, folder, name], { encoding: 'utf8' })
  if (signal !== 'SIGKILL') throw new Error(`no socket was left behind: ${stderr}`)
  return name.replace('PID', String(pid))
}
