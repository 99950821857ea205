import { describe, expect, it } from 'vitest'
import { engineErrorFrom } from '../../../src/fleet/drivers/engine-errors.ts'
import { BackendError } from '../../../src/fleet/errors.ts'
import { UsageError } from '../../../src/shared/errors.ts'

/** What dockerode makes of an answer. */
function answered(statusCode: number, message: string) {
  const text = `(HTTP code ${statusCode}) server error - ${message} `
  return Object.assign(new Error(text), { statusCode, reason: 'server error', json: { message } })
}

function failed(code: string, more: object = {}, message = `connect ${code}`) {
  return Object.assign(new Error(message), { code, ...more })
}

function told(error: unknown, doing = 'make the container auxot-default-1') {
  const { message, hint, code, exit, retryable } = engineErrorFrom(error, doing)
  return { message, hint, code, exit, retryable }
}

const start = 'Start it ("systemctl start docker", or Docker Desktop), or name another with DOCKER_HOST.'
const lookAtName = 'Look at DOCKER_HOST, or at the context that "docker context ls" marks.'
const socket = { address: '/var/run/docker.sock' }
const tls =
  'Look at DOCKER_TLS_VERIFY and at ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH, or at those of the context.'

describe('on the way to the engine', () => {
  const failures: readonly (readonly [Error, string, string, string | undefined])[] = [
    [failed('ENOENT', socket), 'ENGINE_ABSENT', 'There is no Docker engine at /var/run/docker.sock', start],
    [
      failed('EACCES', socket),
      'ENGINE_DENIED',
      'This user may not speak to the Docker engine at /var/run/docker.sock',
      'Add your user to the group that owns the socket ("sudo usermod -aG docker $USER", then log in again), or use a rootless engine.',
    ],
    [
      failed('ECONNREFUSED', { address: '10.0.0.7', port: 2375 }),
      'ENGINE_UNREACHABLE',
      'The Docker engine at 10.0.0.7:2375 is not running',
      start,
    ],
    [
      // As it is for a name with several addresses.
      failed('ECONNREFUSED', { errors: [failed('ECONNREFUSED', { address: '::1', port: 2375 })] }, ''),
      'ENGINE_UNREACHABLE',
      'The Docker engine at [::1]:2375 is not running',
      start,
    ],
    [
      failed('ENOTFOUND', { hostname: 'biuld' }),
      'ENGINE_UNREACHABLE',
      'The host of the Docker engine at biuld is not known',
      lookAtName,
    ],
    [
      failed('EHOSTUNREACH', { address: '10.0.0.7', port: 2375 }),
      'ENGINE_UNREACHABLE',
      'There is no way to the host of the Docker engine at 10.0.0.7:2375',
      lookAtName,
    ],
    [
      failed('ECONNRESET', {}, 'socket hang up'),
      'ENGINE_LOST',
      'The Docker engine went away when asked to make the container auxot-default-1',
      start,
    ],
    [failed('HPE_INVALID_CONSTANT'), 'ENGINE_UNREACHABLE', 'What answers is no Docker engine', undefined],
    [
      failed('DEPTH_ZERO_SELF_SIGNED_CERT', {}, 'self-signed certificate'),
      'ENGINE_TLS',
      'No TLS connection to the Docker engine: self-signed certificate',
      tls,
    ],
    [
      failed('EPROTO', {}, 'write EPROTO 40:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:'),
      'ENGINE_TLS',
      'The Docker engine does not speak TLS',
      tls,
    ],
    [
      failed('SSH_FAILED', { host: 'build' }, 'Warning: added the host\r\nme@build: Permission denied (publickey).'),
      'ENGINE_UNREACHABLE',
      'No Docker engine can be reached through ssh to build: me@build: Permission denied (publickey)',
      '"ssh build docker version" has to work without a question: with a key that needs no password or is in your agent, and a host that is known.',
    ],
    [
      failed('SSH_FAILED', { host: 'build' }, 'spawn ssh ENOENT'),
      'ENGINE_UNREACHABLE',
      'No Docker engine can be reached through ssh to build: spawn ssh ENOENT',
      'Install the OpenSSH client.',
    ],
    [
      new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
      'ENGINE_TIMEOUT',
      'The Docker engine did not answer in time when asked to make the container auxot-default-1',
      undefined,
    ],
  ]
  it.each(failures.map((row) => [row[2], row] as const))('%s', (_, [error, code, message, hint]) => {
    const retryable = ['ENGINE_UNREACHABLE', 'ENGINE_LOST', 'ENGINE_TIMEOUT'].includes(code)
    expect(told(error)).toEqual({ message, hint, code, exit: 'noBackend', retryable })
  })

  it('says the address and who named it where both are known', () => {
    const route = { kind: 'tcp', host: '::1', port: 2376, tls: { skipsVerify: true } } as const
    const address = { route, source: 'context "build"', isNamed: false }
    expect(engineErrorFrom(failed('ECONNREFUSED', { address: '::1' }), 'say its version', address).message).toBe(
      'The Docker engine at https://[::1]:2376 (context "build") is not running',
    )
  })
})

describe('what the engine answers', () => {
  const full = 'See what takes the room with "docker system df"; "docker system prune" removes what nobody uses.'
  const buildIt = 'Build it with "auxot worker image", or fetch it with --pull.'
  const platform = 'Build it there with "auxot worker image", or name one for that platform with --image.'
  const wrongPlatform = 'The image is made for another kind of processor or system than that of the Docker engine'

  it.each([
    [
      409,
      'Conflict. The container name "/auxot-default-1" is already in use by container "fb61ace827a5d1c2fb61ace827a5d1c2". You have to remove (or rename) that container to be able to reuse that name.',
      'NAME_TAKEN',
      'The name auxot-default-1 is taken by another container (fb61ace827a5)',
      'Remove or rename that container, or choose another name for the fleet with --fleet.',
    ],
    [
      // Podman's words.
      500,
      'creating container storage: the container name "auxot-default-1" is already in use by fb61ace827a5d1c2. You have to remove that container to be able to reuse that name: that name is already in use',
      'NAME_TAKEN',
      'The name auxot-default-1 is taken by another container (fb61ace827a5)',
      'Remove or rename that container, or choose another name for the fleet with --fleet.',
    ],
    [
      404,
      'No such image: auxot-worker:0.1.0',
      'IMAGE_MISSING',
      'The Docker engine has no image auxot-worker:0.1.0',
      buildIt,
    ],
    [
      404,
      "pull access denied for auxot-worker, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      'IMAGE_MISSING',
      'The registry has no image auxot-worker, or shows it only to those who log in',
      'Look at the name in --image, and log in with "docker login" where that is needed.',
    ],
    [
      500,
      'mkdir /var/lib/docker/overlay2/1f: no space left on device',
      'DISK_FULL',
      'The disk of the Docker engine is full',
      full,
    ],
    [
      500,
      'write /var/lib/docker/tmp/GetImageBlob1: disk quota exceeded',
      'DISK_FULL',
      'The disk of the Docker engine is full',
      full,
    ],
    [
      400,
      'failed to create shim task: OCI runtime create failed: exec /usr/bin/tini: exec format error: unknown',
      'IMAGE_PLATFORM',
      wrongPlatform,
      platform,
    ],
    [
      404,
      'no matching manifest for linux/arm64/v8 in the manifest list entries',
      'IMAGE_PLATFORM',
      wrongPlatform,
      platform,
    ],
    [
      404,
      'image with reference auxot-worker:0.1.0 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64',
      'IMAGE_PLATFORM',
      wrongPlatform,
      platform,
    ],
    [
      400,
      'client version 1.24 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version',
      'ENGINE_TOO_OLD',
      'The Docker engine and auxot do not understand each other: client version 1.24 is too old',
      'Install Docker 20.10 or newer.',
    ],
    [
      500,
      'container create: container-init binary not found on the host: stat /usr/libexec/podman/catatonit: no such file or directory',
      'ENGINE_INCOMPLETE',
      "Podman has no program that could be the first one in a worker's container",
      'Install catatonit on the host of the engine.',
    ],
    [
      400,
      'Client sent an HTTP request to an HTTPS server.',
      'ENGINE_TLS',
      'The Docker engine wants to be spoken to with TLS',
      'Set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem.',
    ],
    [
      500,
      'Head "http://registry.example.com/v2/team/worker/manifests/1": no basic auth credentials',
      'REGISTRY_DENIED',
      'The registry lets nobody fetch this image without a login, or not with this one',
      'Log in with "docker login" and the name of the registry, as the user who runs auxot.',
    ],
    [
      500,
      'Get "https://registry.example.com/v2/": dial tcp: lookup registry.example.com on 127.0.0.1:53: no such host',
      'REGISTRY_UNREACHABLE',
      'The Docker engine cannot fetch from the registry registry.example.com: dial tcp: lookup registry.example.com on 127.0.0.1:53: no such host',
      "It is the engine that fetches: look at the image's name, and at the engine's own network and proxies.",
    ],
    ...[
      "error while mounting volume '/v/_data': get auxot-default-1-secrets: database not open",
      'failed to update store for object type *libnetwork.endpoint: open : no such file or directory',
      'transport is closing: unavailable',
    ].map((words): [number, string, string, string, string] => [
      500,
      words,
      'ENGINE_ENDING',
      'The Docker engine was ended meanwhile',
      'Run this again when it is back: it goes on from what is there.',
    ]),
    [
      403,
      'authorization denied by plugin policy: no',
      'ENGINE_DENIED',
      'The Docker engine does not let this user make the container auxot-default-1: authorization denied by plugin policy: no',
      undefined,
    ],
    [
      404,
      'network frontend not found',
      'ENGINE_REFUSED',
      'The Docker engine refused to make the container auxot-default-1: network frontend not found',
      undefined,
    ],
  ])('%i %s', (status, words, code, message, hint) => {
    const retryable = ['DISK_FULL', 'ENGINE_ENDING', 'REGISTRY_UNREACHABLE'].includes(code)
    expect(told(answered(status, words))).toEqual({ message, hint, code, exit: 'noBackend', retryable })
  })

  it('is on one line, cannot steer a terminal, and does not go on for ever', () => {
    const words = `failed\u001b[2J\r\n  to do \u009b1m it.\n${'x'.repeat(1_000)}`
    const { message } = told(answered(500, words), 'x')
    expect(message).toMatch(/^The Docker engine refused to x: failed \[2J to do 1m it\. x{400,}…$/)
    expect(message.length).toBeLessThan(600)
  })

  it('is read from the text where there is no document, and is not empty', () => {
    expect(
      told(Object.assign(new Error('(HTTP code 500) server error - it broke '), { statusCode: 500 }), 'x').message,
    ).toBe('The Docker engine refused to x: it broke')
    expect(told(answered(502, ''), 'x').message).toBe('The Docker engine refused to x: it answered with 502')
  })
})

describe('what is no failure of an engine', () => {
  it('is passed on as it is, out of an aborted request too', () => {
    const ours = new UsageError('no')
    expect(engineErrorFrom(ours, 'x')).toBe(ours)
    const aborted = Object.assign(new Error('The operation was aborted', { cause: ours }), { name: 'AbortError' })
    expect(engineErrorFrom(aborted, 'x')).toBe(ours)
  })

  it('is thrown where it is a bug', () => {
    const bug = new TypeError('undefined is not a function')
    expect(() => engineErrorFrom(bug, 'x')).toThrow(bug)
  })

  it('keeps its cause', () => {
    const cause = answered(500, 'no')
    const error = engineErrorFrom(cause, 'x')
    expect(error).toBeInstanceOf(BackendError)
    expect(error.cause).toBe(cause)
  })
})
