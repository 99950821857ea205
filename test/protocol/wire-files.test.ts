import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import {
  decodeRouterMessage,
  decodeWorkerMessage,
  encodeRouterMessage,
  encodeWorkerMessage,
} from '../../src/protocol/codec.ts'
import { routerMessageSchema } from '../../src/protocol/router-messages.ts'
import { workerMessageSchema } from '../../src/protocol/worker-messages.ts'
import { wireVariants } from '../support/wire-files.ts'

const directions = [
  ['router-to-worker', routerMessageSchema, decodeRouterMessage, encodeRouterMessage],
  ['worker-to-router', workerMessageSchema, decodeWorkerMessage, encodeWorkerMessage],
] as const

describe.each(directions)('%s', (direction, schema, decode, encode) => {
  const variants = wireVariants(direction)

  it('has golden frames of every type, and of no other', () => {
    const types = schema.options.flatMap((option) => [...(option.shape.type as z.ZodLiteral<string>).values])
    expect(new Set(variants.map(({ type }) => type))).toEqual(new Set(types))
  })

  it.each(variants.map((variant) => [variant.type, variant.name, variant] as const))('%s: %s', (type, _, variant) => {
    expect(variant.frame.type).toBe(type)
    const decoded = decode(JSON.stringify(variant.frame))
    expect(decoded).toEqual({ kind: 'message', message: variant.reads })
  })

  it('writes what it is given, and nothing else', () => {
    for (const { frame } of variants) expect(JSON.parse(encode(frame as never))).toEqual(frame)
  })
})
