import { broken, type Finding, ok } from './finding.ts'

const needed = [22, 13] as const

/** Whether this Node.js is new enough. The launcher refuses an older one already; this says it with everything else. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const isEnough = major > needed[0] || (major === needed[0] && minor >= needed[1])
  const message = `Node.js ${version}; ${needed.join('.')} or newer is needed`
  return isEnough ? ok('node', message) : broken('node', 'usage', { message, hint: 'Install a newer Node.js.' })
}
