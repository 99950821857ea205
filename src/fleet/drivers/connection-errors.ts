import { BackendError } from '../errors.ts'
import { hostAndPort } from './engine-address.ts'
import { type SshFailure, sshFinding } from './ssh-failures.ts'
import { isOfTls, type TlsFailure, tlsFinding } from './tls-failures.ts'

/** What Node says of a connection that failed. */
interface Failure extends TlsFailure, SshFailure {
  readonly name?: string
  readonly address?: string
  readonly port?: number
  readonly hostname?: string
  readonly errors?: readonly Failure[]
}

interface Finding {
  readonly message: string
  readonly hint: string
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
  const found = ({ message, hint }: Finding, kind: string) => make(message, kind, hint)
  if (name === 'TimeoutError' || code === 'ETIMEDOUT' || code === 'ABORT_ERR') {
    return make(`The Docker engine${at} did not answer in time when asked to ${doing}`, 'ENGINE_TIMEOUT')
  }
  if (isOfTls(code)) return found(tlsFinding(at, failure), 'ENGINE_TLS')
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
      return found(sshFinding(failure), 'ENGINE_UNREACHABLE')
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return make(`The Docker engine${at} went away when asked to ${doing}`, 'ENGINE_LOST', isItRunning)
    default:
      return code.startsWith('HPE_') ? make(`What answers${at} is no Docker engine`, 'ENGINE_UNREACHABLE') : undefined
  }
}

const checkName = 'Look at DOCKER_HOST, or at the context that "docker context ls" marks.'
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
