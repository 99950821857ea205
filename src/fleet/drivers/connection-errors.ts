import { BackendError } from '../errors.ts'
import { cleanWords } from './clean-words.ts'
import { hostAndPort } from './engine-address.ts'

/** What Node says of a connection that failed. */
interface Failure {
  readonly code?: string
  readonly name?: string
  readonly message?: string
  readonly address?: string
  readonly port?: number
  readonly hostname?: string
  readonly host?: string
  readonly errors?: readonly Failure[]
}

const isItRunning = 'Start it ("systemctl start docker", or Docker Desktop), or name another with DOCKER_HOST.'
const joinGroup =
  'Add your user to the group that owns the socket ("sudo usermod -aG docker $USER", then log in again), or use a rootless engine.'

/** A sentence for a failure on the way to the engine; undefined for what the engine itself said. */
export function connectionErrorFrom(
  error: unknown,
  doing: string,
  place: string | undefined,
): BackendError | undefined {
  const failure = firstOf((error ?? {}) as Failure)
  const { code = '', name = '' } = failure
  const at = place === undefined ? placeOf(failure) : ` at ${place}`
  const make = (message: string, kind: string, hint?: string) =>
    new BackendError(message, { code: kind, hint, cause: error, retryable: retryable.has(kind) })
  if (name === 'TimeoutError' || code === 'ETIMEDOUT' || code === 'ABORT_ERR') {
    return make(`The Docker engine${at} did not answer in time when asked to ${doing}`, 'ENGINE_TIMEOUT')
  }
  if (isOfTls(code)) return make(`${tlsSentence(at, failure)}`, 'ENGINE_TLS', tlsHint)
  switch (code) {
    case 'ENOENT':
    case 'ENOTSOCK':
      return make(`There is no Docker engine${at}`, 'ENGINE_ABSENT', isItRunning)
    case 'EACCES':
    case 'EPERM':
      return make(`This user may not speak to the Docker engine${at}`, 'ENGINE_DENIED', joinGroup)
    case 'ECONNREFUSED':
      return make(`The Docker engine${at} is not running`, 'ENGINE_UNREACHABLE', isItRunning)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return make(`The host of the Docker engine${at} is not known`, 'ENGINE_UNREACHABLE', checkName)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return make(`There is no way to the host of the Docker engine${at}`, 'ENGINE_UNREACHABLE', checkName)
    case 'SSH_FAILED':
      return make(sshSentence(failure), 'ENGINE_UNREACHABLE', sshHint(failure))
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return make(`The Docker engine${at} went away when asked to ${doing}`, 'ENGINE_LOST', isItRunning)
    default:
      return code.startsWith('HPE_') ? make(`What answers${at} is no Docker engine`, 'ENGINE_UNREACHABLE') : undefined
  }
}

const checkName = 'Look at DOCKER_HOST, or at the context that "docker context ls" marks.'
const tlsHint =
  'Look at DOCKER_TLS_VERIFY and at ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH, or at those of the context.'
const retryable = new Set(['ENGINE_UNREACHABLE', 'ENGINE_TIMEOUT', 'ENGINE_LOST'])

/** A name with several addresses fails with an error for each of them. */
function firstOf(failure: Failure): Failure {
  const [first] = failure.errors ?? []
  return first ?? failure
}

function placeOf({ address, port, hostname }: Failure): string {
  const host = address ?? hostname
  return host === undefined ? '' : ` at ${hostAndPort(host, port)}`
}

function isOfTls(code: string): boolean {
  return (
    /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|UNABLE_TO_)/.test(code) ||
    ['EPROTO', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'HOSTNAME_MISMATCH'].includes(code)
  )
}

function tlsSentence(at: string, { code, message = '' }: Failure): string {
  if (/wrong version number|packet length too long/i.test(message)) {
    return `The Docker engine${at} does not speak TLS`
  }
  // After a semicolon Node gives advice about itself.
  return `No TLS connection to the Docker engine${at}: ${cleanWords(message.replace(/;.*/s, '')) || code}`
}

function sshSentence({ host, message = '' }: Failure): string {
  // ssh's last line is the one that matters: before it come warnings and banners.
  const line = message.trim().split('\n').at(-1) ?? ''
  return `No Docker engine can be reached through ssh to ${host}: ${cleanWords(line)}`
}

function sshHint({ host, message = '' }: Failure): string {
  if (/ENOENT/.test(message)) return 'Install the OpenSSH client.'
  return `"ssh ${host} docker version" has to work without a question: with a key that needs no password or is in your agent, and a host that is known.`
}
