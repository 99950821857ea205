import { expect, it } from 'vitest'
import { sshFinding } from '../../../src/fleet/drivers/ssh-failures.ts'

const host = 'build'
const login = '-p 2222 ci@build'
const changed = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Host key verification failed.`

// As OpenSSH 9.2 and Docker's command line said it.
it.each([
  [
    'a host that is not known',
    'Host key verification failed.',
    'Host key verification failed',
    '"ssh -p 2222 ci@build docker version" has to work without a question: with a key that needs no password or is in your agent, and a host that is known.',
  ],
  [
    'a host whose key is another',
    changed,
    'the host shows another key than the one that is known',
    'Find out why. "ssh -p 2222 ci@build" says which line of known_hosts has the other key.',
  ],
  [
    'a host without the docker command',
    'bash: line 1: docker: command not found',
    'bash: line 1: docker: command not found',
    'The docker command has to be installed there, where a login without a terminal finds it.',
  ],
  [
    'a host whose engine does not run',
    'failed to open the raw stream connection: dial unix /run/docker.sock: connect: no such file or directory',
    'failed to open the raw stream connection: dial unix /run/docker.sock: connect: no such file or directory',
    'Start the engine there, and let that user speak to it: "ssh -p 2222 ci@build docker version" shows both. Another socket is named after the host: ssh://host/path/of/docker.sock.',
  ],
])('%s has a sentence and a way out', (_, message, words, hint) => {
  expect(sshFinding({ host, login, message })).toEqual({
    message: `No Docker engine can be reached through ssh to build: ${words}`,
    hint,
  })
})
