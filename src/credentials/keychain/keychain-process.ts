/**
 * A process that makes one call to the operating system's keychain and ends. What it calls may hang where no timer reaches it, and
 * may crash; here it does so alone. Never a list of all credentials: on a locked Secret Service that call is a segmentation fault.
 */
import { text } from 'node:stream/consumers'
import { messageOf } from '../../shared/errors.ts'
import type { KeychainAnswer, KeychainRequest } from './keychain-request.ts'

async function answerTo(request: KeychainRequest): Promise<KeychainAnswer> {
  const { default: keytar } = await import('keytar')
  const { service, account } = request
  switch (request.op) {
    case 'get':
      return { kind: 'value', value: await keytar.getPassword(service, account) }
    case 'set':
      await keytar.setPassword(service, account, request.value)
      return { kind: 'done' }
    case 'delete':
      await keytar.deletePassword(service, account)
      return { kind: 'done' }
  }
}

const request = JSON.parse(await text(process.stdin)) as KeychainRequest
const answer = await answerTo(request).catch(
  (error: unknown): KeychainAnswer => ({ kind: 'error', message: messageOf(error) }),
)
// Its threads would keep the process alive as long as a call hangs, and an exit would wait for them.
process.stdout.write(JSON.stringify(answer), () => process.kill(process.pid, 'SIGKILL'))
