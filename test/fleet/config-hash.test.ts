import { describe, expect, it } from 'vitest'
import { configHash } from '../../src/fleet/config-hash.ts'
import { workerSpec } from '../support/worker-spec.ts'

const base = configHash(workerSpec())
const file = (content: string, isSecret = true) => [{ name: 'worker-key', content, isSecret }]

describe('the fingerprint of what workers are made from', () => {
  it.each([
    ['image', { imageId: 'sha256:2' }],
    ['settings', { env: { AUXOT_ROUTER_URL: 'ws://other:8080/ws' } }],
    ['limits', { limits: { memoryBytes: 1, cpus: 1, pids: 512 } }],
    ['network', { network: 'host' }],
    ['time to stop', { stopTimeoutMs: 1 }],
    ['fleet', { fleet: 'other' }],
    ['secrets', { files: file('adm_another') }],
    ['certificates', { files: [...file('adm_invented'), { name: 'ca.pem', content: 'CA', isSecret: false }] }],
  ])('changes with the %s', (_, facts) => expect(configHash(workerSpec(facts))).not.toBe(base))

  it('is the same for the same, whatever the order, the name of the image, or the auxot that makes them', () => {
    const env = { B: '2', A: '1' }
    expect(configHash(workerSpec({ env }))).toBe(configHash(workerSpec({ env: { A: '1', B: '2' } })))
    expect(configHash(workerSpec({ imageName: 'other:tag', version: '9.9.9' }))).toBe(base)
  })

  it('cannot be made without the secrets', () => {
    const keyed = configHash(workerSpec({ files: file('adm_invented') }))
    const open = configHash(workerSpec({ files: file('adm_invented', false) }))
    expect(keyed).not.toBe(open)
  })
})
