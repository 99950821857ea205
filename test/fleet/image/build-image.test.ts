import type { ServerResponse } from 'node:http'
import Docker from 'dockerode'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildImage } from '../../../src/fleet/image/build-image.ts'
import type { BuildStep } from '../../../src/fleet/image/build-progress.ts'
import { assertRunnable, imageFacts } from '../../../src/fleet/image/image-facts.ts'
import { defaultImageName } from '../../../src/fleet/image/image-name.ts'
import { auxotVersion } from '../../../src/shared/version.ts'
import { type FakeEngine, startFakeEngine } from '../../support/fake-engine.ts'

let engine: FakeEngine
let docker: Docker
let steps: BuildStep[]
beforeEach(async () => {
  engine = await startFakeEngine()
  docker = new Docker({ socketPath: engine.socketPath })
  steps = []
})
afterEach(() => engine[Symbol.asyncDispose]())

const id = `sha256:${'a'.repeat(64)}`
const inspected = { Id: id, Architecture: 'amd64', Size: 7, Config: { Labels: { a: 'b' } } }

function build(signal = new AbortController().signal): Promise<string> {
  const onStep = (step: BuildStep) => void steps.push(step)
  return buildImage(docker, { name: 'auxot-worker:1', buildArgs: { BASE_IMAGE: 'base' }, onStep, signal })
}

/** An engine that tells these events, whole or in pieces, and then that the build has ended. */
function tells(...events: readonly object[]): (response: ServerResponse) => void {
  return (response) => {
    const text = events.map((event) => `${JSON.stringify(event)}\r\n`).join('')
    const middle = Math.floor(text.length / 2)
    response.write(text.slice(0, middle))
    setImmediate(() => response.end(text.slice(middle)))
  }
}

describe('a build', () => {
  it('tells its steps as they come, and the id of what was built', async () => {
    engine.answers['/build'] = tells(
      { stream: 'Step 1/2 : FROM base' },
      { stream: '\n' },
      { stream: ' ---> 0123456789ab\n' },
      { stream: 'Step 2/2 : RUN one     && two' },
      { stream: 'out\n' },
      { aux: { ID: id } },
      { stream: 'Successfully built aaaaaaaaaaaa\n' },
    )
    expect(await build()).toBe(id)
    expect(steps).toEqual([
      { number: 1, total: 2, text: 'FROM base' },
      { number: 2, total: 2, text: 'RUN one && two' },
    ])
  })

  it('is asked for by name, with its arguments and the version of auxot', async () => {
    engine.answers['/build'] = tells({ aux: { ID: id } })
    await build()
    const { searchParams } = new URL(engine.requests.at(-1)?.split(' ')[1] ?? '', 'http://engine')
    expect(Object.fromEntries(searchParams)).toEqual({
      t: 'auxot-worker:1',
      dockerfile: 'docker/Dockerfile',
      buildargs: JSON.stringify({ AUXOT_VERSION: auxotVersion(), BASE_IMAGE: 'base' }),
      forcerm: 'true',
    })
  })

  it("of Podman's is understood too", async () => {
    engine.answers['/build'] = tells(
      { stream: 'STEP 3/4: COPY a b\n' },
      { stream: 'Successfully built aaaaaaaaaaaa\n' },
    )
    engine.answers['/images/auxot-worker:1/json'] = inspected
    expect(await build()).toBe(id)
    expect(steps).toEqual([{ number: 3, total: 4, text: 'COPY a b' }])
  })

  it('that fails is an error with the step, the end of what it printed, and how it ended', async () => {
    const printed = Array.from({ length: 30 }, (_, line) => ({ stream: `line ${line + 1}\n` }))
    engine.answers['/build'] = tells(
      { stream: 'Step 1/2 : FROM base' },
      { stream: 'of the first step\n' },
      { stream: 'Step 2/2 : RUN make it' },
      { stream: ' ---> Running in 0123456789ab\n' },
      ...printed,
      { stream: '\u001b[91mthe last words\n\u001b[0m' },
      { stream: 'Removing intermediate container 0123456789ab\n' },
      {
        error: "The command '/bin/sh -c make it' returned a non-zero code: 3",
        errorDetail: { code: 3, message: "The command '/bin/sh -c make it' returned a non-zero code: 3" },
      },
    )
    await expect(build()).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      exitCode: 7,
      message: [
        'The image could not be built: step 2/2 failed: RUN make it',
        ...printed.slice(-18).map(({ stream }) => stream.trim()),
        'the last words',
        'It ended with exit code 3',
      ].join('\n'),
    })
  })

  it.each([
    [
      'npm error code SELF_SIGNED_CERT_IN_CHAIN',
      'RUN npm install',
      "Name your company's certificate authorities with --ca-file.",
    ],
    [
      'npm error code ENOTFOUND',
      'RUN npm install',
      "npm's registry is not to be reached from the build: name yours with --build-arg NPM_CONFIG_REGISTRY=URL, or a proxy with HTTPS_PROXY.",
    ],
    [
      'Get "https://registry.example.com/v2/": dial tcp: lookup registry.example.com: no such host',
      'FROM base',
      'The base image cannot be fetched: log in to its registry with "docker login", or name another with --build-arg BASE_IMAGE=NAME.',
    ],
    ['anything else', 'RUN make', undefined],
  ])('that fails with "%s" at %s has the hint: %s', async (words, text, hint) => {
    engine.answers['/build'] = tells({ stream: `Step 1/2 : ${text}` }, { error: words })
    await expect(build()).rejects.toMatchObject({
      message: `The image could not be built: step 1/2 failed: ${text}\n${words}`,
      hint,
    })
  })

  it('that the engine refuses to begin is said in its words', async () => {
    engine.answers['/build'] = (response) =>
      response.writeHead(400).end(JSON.stringify({ message: 'invalid reference format' }))
    await expect(build()).rejects.toMatchObject({
      message: 'The Docker engine refused to build the image auxot-worker:1: invalid reference format',
      exitCode: 7,
    })
  })

  it('that ends without an image and without an error was not one', async () => {
    engine.answers['/build'] = tells({ stream: 'Step 1/2 : FROM base' })
    await expect(build()).rejects.toMatchObject({
      message: 'The engine ended the build without an image',
      exitCode: 7,
      retryable: true,
    })
  })

  it('whose connection is lost is an error of the engine', async () => {
    engine.answers['/build'] = (response) => {
      response.write(`${JSON.stringify({ stream: 'Step 1/2 : FROM base' })}\n`, () => response.destroy())
    }
    await expect(build()).rejects.toMatchObject({ exitCode: 7 })
  })

  it('ends when it is told to, with the reason that was given', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const closed = new Promise((resolve) => {
      engine.answers['/build'] = (response) => {
        response.on('close', resolve)
        // Who does not read does not notice the end either.
        response.req.resume()
        response.write(`${JSON.stringify({ stream: 'Step 1/2 : FROM base' })}\n`, () => controller.abort(reason))
      }
    })
    await expect(build(controller.signal)).rejects.toBe(reason)
    await closed
  })
})

describe('an image', () => {
  it('is known with its labels, its architecture and its size', async () => {
    engine.answers['/images/auxot-worker:1/json'] = inspected
    const facts = { id, labels: { a: 'b' }, architecture: 'amd64', sizeBytes: 7 }
    expect(await imageFacts(docker, 'auxot-worker:1')).toEqual(facts)
  })

  it('that is not there is undefined', async () => {
    expect(await imageFacts(docker, 'auxot-worker:2')).toBeUndefined()
  })

  it.each([
    ['amd64', 'amd64'],
    ['amd64', 'x86_64'],
    ['arm64', 'aarch64'],
    ['x64', 'amd64'],
  ])('for %s runs where the engine has %s', async (architecture, Arch) => {
    engine.answers['/version'] = { ApiVersion: '1.41', Arch }
    const facts = { id, labels: {}, architecture, sizeBytes: 7 }
    await expect(assertRunnable(docker, 'auxot-worker:1', facts)).resolves.toBeUndefined()
  })

  it('for another processor than the engine has is refused', async () => {
    engine.answers['/version'] = { ApiVersion: '1.41', Arch: 'arm64' }
    const facts = { id, labels: {}, architecture: 'amd64', sizeBytes: 7 }
    await expect(assertRunnable(docker, 'auxot-worker:1', facts)).rejects.toMatchObject({
      message: "The image auxot-worker:1 is made for amd64, and the engine's processor is arm64",
      hint: 'Build one there with "auxot worker image", or name another with --image.',
      exitCode: 7,
    })
  })

  it('is called after the version of auxot', () => {
    expect(defaultImageName()).toBe(`auxot-worker:${auxotVersion()}`)
  })
})
