import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRouterMessage, decodeWorkerMessage } from '../../src/protocol/codec.ts'
import { wireVariants } from '../support/wire-files.ts'

const decoders = [
  ['router-to-worker', decodeRouterMessage],
  ['worker-to-router', decodeWorkerMessage],
] as const

type Frame = Record<string, unknown>

/** Any UTF-16, broken surrogates included. */
const anyText = fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) })

/** What a frame is read as, with "no value" in one form only. */
function meaning(decoded: object): unknown {
  return JSON.parse(JSON.stringify(decoded, (_, value) => value ?? undefined))
}

describe.each(decoders)('reading frames %s', (direction, decode) => {
  const variants = wireVariants(direction)
  const types = [...new Set(variants.map(({ type }) => type))]
  const anyFrame = fc.constantFrom(...variants.map(({ frame }) => frame))
  /** A good frame, and the name of one of its fields. */
  const frameAndField = anyFrame.chain((frame) =>
    fc.tuple(fc.constant(frame), fc.constantFrom(...Object.keys(frame).filter((name) => name !== 'type'), 'job_id')),
  )

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(['message', 'unknown', 'invalid']).toContain(decode(text).kind)
      }),
      { examples: [[''], ['null'], ['\u0000'], ['{"type":"job"'], ['['.repeat(200_000)], ['\ufeff{}']] },
    )
  })

  it('never throws, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(['message', 'unknown', 'invalid']).toContain(decode(text).kind)
      }),
    )
  })

  it('never throws, whatever the fields of a known type hold', () => {
    const names = [...new Set(variants.flatMap(({ frame }) => Object.keys(frame)))].filter((name) => name !== 'type')
    const fields = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 4 }))
    fc.assert(
      fc.property(fc.constantFrom(...types), fields, (type, rest) => {
        const decoded = decode(JSON.stringify({ ...rest, type }))
        expect(['message', 'invalid']).toContain(decoded.kind)
        if (decoded.kind !== 'invalid') return
        expect(decoded.type).toBe(type)
        const legible = typeof rest.job_id === 'string' && rest.job_id !== ''
        expect(decoded.jobId).toBe(legible ? rest.job_id : undefined)
      }),
      { numRuns: 1_000 },
    )
  })

  it.each(['7', '"job"', 'null', 'true', '[]', '[{"type":"job"}]'])('takes %s for no frame', (text) => {
    expect(decode(text)).toEqual({ kind: 'invalid', problem: 'the frame is not a JSON object' })
  })

  it.each(['{}', '{"type":7}', '{"type":null,"job_id":"a"}'])('takes %s for a frame without a type', (text) => {
    expect(decode(text)).toEqual({ kind: 'invalid', problem: 'the frame has no "type"' })
  })

  it('names a type that it does not know', () => {
    for (const type of ['', 'poem', 'constructor', '__proto__', 'JOB', 'job ']) {
      expect(decode(JSON.stringify({ type, job_id: 'a' }))).toEqual({ kind: 'unknown', type })
    }
  })

  it('ignores fields that it does not know', () => {
    const extra = fc.dictionary(
      fc.string().map((name) => `x_${name}`),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(anyFrame, extra, (frame, fields) => {
        expect(decode(JSON.stringify({ ...fields, ...frame }))).toEqual(decode(JSON.stringify(frame)))
      }),
    )
  })

  it('takes a null for a field that is not there, as Go writes it', () => {
    fc.assert(
      fc.property(frameAndField, ([frame, field]) => {
        const { [field]: _, ...without } = frame
        const absent = decode(JSON.stringify(without))
        const empty = decode(JSON.stringify({ ...frame, [field]: null }))
        expect(empty.kind).toBe(absent.kind)
        if (absent.kind === 'message') expect(meaning(empty)).toEqual(meaning(absent))
      }),
    )
  })

  // The type decides what the rest is; the others are taken as they come.
  const ofAnyForm = ['type', 'gpu_id', 'result']

  it('calls a field of a wrong type invalid, and names the field, and the job where it can be read', () => {
    for (const { type, frame, reads } of variants) {
      for (const field of Object.keys(reads).filter((name) => !ofAnyForm.includes(name))) {
        // No field of the protocol is a list of lists.
        const broken: Frame = { ...frame, [field]: [[{}]] }
        expect(decode(JSON.stringify(broken))).toEqual({
          kind: 'invalid',
          type,
          problem: expect.stringMatching(new RegExp(`^${field}(\\.|: )`)),
          ...(typeof broken.job_id === 'string' ? { jobId: broken.job_id } : {}),
        })
      }
    }
  })
})

describe('a frame of a wrong form', () => {
  const secret = 'the prompt that nobody may read'
  it.each([
    [{ type: 'job', job_id: 'a', messages: [{ role: secret, content: 'x' }] }, /^messages\.0\.role: /],
    [{ type: 'job', job_id: 'a', messages: [{ role: 'user', content: { text: secret } }] }, /^messages\.0\.content: /],
    [{ type: 'job', job_id: 'a', messages: secret }, /^messages: /],
    [{ type: 'job', job_id: 'a', credentials: { TOKEN: [secret] } }, /^credentials\.TOKEN: /],
    [{ type: 'job', job_id: 'a', max_tokens: secret }, /^max_tokens: /],
    [
      { type: 'job', job_id: 'a', tools: [{ function: { name: 7, description: secret } }] },
      /^tools\.0\.function\.name: /,
    ],
  ])('is described by its place, never by its content: %#', (frame, problem) => {
    const decoded = decodeRouterMessage(JSON.stringify(frame))
    expect(decoded).toEqual({ kind: 'invalid', type: 'job', jobId: 'a', problem: expect.stringMatching(problem) })
    expect(JSON.stringify(decoded)).not.toContain(secret)
  })

  it.each([
    ['is absent', { type: 'job' }],
    ['is empty', { type: 'job', job_id: '' }],
    ['is no text', { type: 'job', job_id: 7 }],
  ])('names no job whose id %s', (_, frame) => {
    const decoded = decodeRouterMessage(JSON.stringify(frame))
    expect(decoded).toEqual({ kind: 'invalid', type: 'job', problem: expect.stringMatching(/^job_id: /) })
  })

  it('may reach for the prototype in vain', () => {
    const text =
      '{"type":"cancel","job_id":"a","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'
    expect(decodeRouterMessage(text)).toEqual({ kind: 'message', message: { type: 'cancel', job_id: 'a' } })
    expect({}).not.toHaveProperty('polluted')
  })

  it('may be very large, and very deep where anything is allowed', () => {
    const depth = 3_000
    const parameters = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    const content = 'x'.repeat(10_000_000)
    const text = `{"type":"job","job_id":"a","messages":[{"role":"user","content":"${content}"}],"tools":[{"function":{"name":"t","parameters":${parameters}}}]}`
    expect(decodeRouterMessage(text).kind).toBe('message')
  })
})
