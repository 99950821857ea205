import { messageOf } from '../../shared/errors.ts'
import { BackendError } from '../errors.ts'
import { cleanWords } from './clean-words.ts'

/** What of an engine's answers has a sentence of its own: the answer's words decide, for its codes stand for too much. */
interface Known {
  readonly words: RegExp
  readonly code: string
  readonly say: (found: RegExpExecArray) => string
  readonly hint: string
  readonly retryable?: true
}

/** In this order: the disk may be full whatever is done, and an image's name may be in anything. */
const known: readonly Known[] = [
  {
    words: /no space left on device|disk quota exceeded/i,
    code: 'DISK_FULL',
    say: () => 'The disk of the Docker engine is full',
    hint: 'See what takes the room with "docker system df"; "docker system prune" removes what nobody uses.',
    retryable: true,
  },
  {
    words: /container name "?\/?([\w.-]+)"? is already in use(?: by (?:container )?"?([0-9a-f]{12}))?/i,
    code: 'NAME_TAKEN',
    say: ([, name, id]) => `The name ${name} is taken by another container${id === undefined ? '' : ` (${id})`}`,
    hint: 'Remove or rename that container, or choose another name for the fleet with --fleet.',
  },
  {
    words:
      /exec format error|no matching manifest for ([\w/]+)|does not match the (?:specified|detected host|host) platform/i,
    code: 'IMAGE_PLATFORM',
    say: () => 'The image is made for another kind of processor or system than that of the Docker engine',
    hint: 'Build it there with "auxot worker image", or name one for that platform with --image.',
  },
  {
    words: /no such image:?\s*([^\s"]*)/i,
    code: 'IMAGE_MISSING',
    say: ([, name = '']) => `The Docker engine has no image ${cleanWords(name) || 'of that name'}`,
    hint: 'Build it with "auxot worker image", or fetch it with --pull.',
  },
  {
    words:
      /(?:manifest for (\S+) not found|pull access denied for ([^\s,]+)|manifest unknown|repository \S+ not found)/i,
    code: 'IMAGE_MISSING',
    say: ([, name, repository]) => {
      const image = name ?? repository
      return `The registry has no image${image === undefined ? ' of that name' : ` ${image}`}, or shows it only to those who log in`
    },
    hint: 'Look at the name in --image, and log in with "docker login" where that is needed.',
  },
  {
    words: /no basic auth credentials|authentication required|unauthorized: /i,
    code: 'REGISTRY_DENIED',
    say: () => 'The registry lets nobody fetch this image without a login, or not with this one',
    hint: 'Log in with "docker login" and the name of the registry, as the user who runs auxot.',
  },
  {
    words: /(?:Get|Head) "https?:\/\/([^/"]+)[^"]*": (.+)$/is,
    code: 'REGISTRY_UNREACHABLE',
    say: ([, host = '', why = '']) =>
      `The Docker engine cannot fetch from the registry ${cleanWords(host)}: ${cleanWords(why)}`,
    hint: "It is the engine that fetches: look at the image's name, and at the engine's own network and proxies.",
    retryable: true,
  },
  {
    words: /client version [\d.]+ is too (?:old|new)|minimum supported api version/i,
    code: 'ENGINE_TOO_OLD',
    say: ([words]) => `The Docker engine and auxot do not understand each other: ${cleanWords(words)}`,
    hint: 'Install Docker 20.10 or newer.',
  },
  {
    words: /container-init binary not found/i,
    code: 'ENGINE_INCOMPLETE',
    say: () => "Podman has no program that could be the first one in a worker's container",
    hint: 'Install catatonit on the host of the engine.',
  },
  {
    words: /HTTP request to an HTTPS server/i,
    code: 'ENGINE_TLS',
    say: () => 'The Docker engine wants to be spoken to with TLS',
    hint: 'Set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem.',
  },
  {
    // What it was doing when its own parts were closed, one after the other.
    words:
      /database not open|transport is closing|(?:client )?connection is closing|failed to update store for object/i,
    code: 'ENGINE_ENDING',
    say: () => 'The Docker engine was ended meanwhile',
    hint: 'Run this again when it is back: it goes on from what is there.',
    retryable: true,
  },
]

/** A sentence for what an engine answered; its own words where there is none. */
export function refusalFrom(error: unknown, doing: string): BackendError {
  const words = wordsOf(error)
  for (const { words: pattern, code, say, hint, retryable = false } of known) {
    const found = pattern.exec(words)
    if (found) return new BackendError(say(found), { code, hint, retryable, cause: error })
  }
  const { statusCode = 0 } = (error ?? {}) as { statusCode?: number }
  if (statusCode === 401 || statusCode === 403) {
    const message = `The Docker engine does not let this user ${doing}: ${cleanWords(words)}`
    return new BackendError(message, { code: 'ENGINE_DENIED', cause: error })
  }
  const message = `The Docker engine refused to ${doing}: ${cleanWords(words) || `it answered with ${statusCode}`}`
  return new BackendError(message, { code: 'ENGINE_REFUSED', cause: error, retryable: statusCode === 503 })
}

/** The engine's own words, without what dockerode puts around them. */
function wordsOf(error: unknown): string {
  const { json } = (error ?? {}) as { json?: { readonly message?: unknown } | null }
  return typeof json?.message === 'string' ? json.message : messageOf(error)
}
