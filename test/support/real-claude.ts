import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import type { EchoRequest } from '../../src/dev/echo-model.ts'
import { claudeProgram } from './claude-program.ts'
import { EngineOnTrial, type EngineOptions } from './engine-on-trial.ts'

/** Tests that need the real Claude Code: skipped where it is not installed, except under CI. */
export const describeReal = describe.skipIf(claudeProgram() === undefined)

/**
 * One engine for all tests of a file: its model forgets between them, and what must not be left when it is disposed of is
 * looked for at the end.
 */
export function sharedEngine(options: EngineOptions = {}): { readonly engine: EngineOnTrial } {
  let engine: EngineOnTrial | undefined
  beforeAll(async () => {
    engine = await EngineOnTrial.open(options)
  })
  afterEach(() => engine?.model.reset())
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]()
    expect(engine?.processes(), 'processes left behind').toEqual([])
  })
  return {
    get engine() {
      if (engine === undefined) throw new Error('the engine is not there yet')
      return engine
    },
  }
}

/** The only request there was. */
export function onlyRequest(engine: EngineOnTrial): EchoRequest {
  const [request, ...more] = engine.model.requests
  if (request === undefined || more.length > 0) throw new Error(`there were ${engine.model.requests.length} requests`)
  return request
}
