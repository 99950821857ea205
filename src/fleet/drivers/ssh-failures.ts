import { cleanWords } from './clean-words.ts'

/** How an `ssh` ended that made no connection. */
export interface SshFailure {
  readonly host?: string
  /** What an operator writes after `ssh` to log in there; the host, where it is absent. */
  readonly login?: string
  /** All that it and the program on the other side said. */
  readonly message?: string
}

/** Whose words have a way out of their own. */
const known: readonly { readonly words: RegExp; readonly say?: string; readonly hint: (login: string) => string }[] = [
  {
    words: /ENOENT/,
    hint: () => 'Install the OpenSSH client.',
  },
  {
    // Its last line is that of a host which is not known at all, and this one may be an attack.
    words: /host identification has changed/i,
    say: 'the host shows another key than the one that is known',
    hint: (login) => `Find out why. "ssh ${login}" says which line of known_hosts has the other key.`,
  },
  {
    words: /docker: (?:command )?not found|docker'? is not recognized/i,
    hint: () => 'The docker command has to be installed there, where a login without a terminal finds it.',
  },
  {
    words: /dial unix |docker daemon/i,
    hint: (login) =>
      `Start the engine there, and let that user speak to it: "ssh ${login} docker version" shows both. Another socket is named after the host: ssh://host/path/of/docker.sock.`,
  },
]

/** A sentence about it, and the way out. */
export function sshFinding(failure: SshFailure): { readonly message: string; readonly hint: string } {
  const { host = '', login = host, message = '' } = failure
  const found = known.find(({ words }) => words.test(message))
  const said = found?.say ?? cleanWords(lastLine(message))
  return {
    message: `No Docker engine can be reached through ssh to ${host}: ${said}`,
    hint: found ? found.hint(login) : withoutQuestion(login),
  }
}

/** The one that matters: before it come warnings and banners. */
function lastLine(message: string): string {
  return message.trim().split('\n').at(-1) ?? ''
}

function withoutQuestion(login: string): string {
  return `"ssh ${login} docker version" has to work without a question: with a key that needs no password or is in your agent, and a host that is known.`
}
