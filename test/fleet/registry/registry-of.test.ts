import { describe, expect, it } from 'vitest'
import { dockerHub, registryOf } from '../../../src/fleet/registry/registry-of.ts'

describe('the registry of an image', () => {
  it.each([
    ['auxot-worker', dockerHub],
    ['auxot-worker:0.1.0', dockerHub],
    ['team/auxot-worker:0.1.0', dockerHub],
    ['docker.io/team/auxot-worker', dockerHub],
    ['localhost/auxot-worker', 'localhost'],
    ['localhost:5000/auxot-worker:1', 'localhost:5000'],
    ['registry.example.com/team/auxot-worker:1', 'registry.example.com'],
    [`registry.example.com:5000/auxot-worker@sha256:${'a'.repeat(64)}`, 'registry.example.com:5000'],
  ])('%s is %s', (image, registry) => {
    expect(registryOf(image)).toBe(registry)
  })
})
