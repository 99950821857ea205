import type { ServerResponse } from 'node:http'
import Docker from 'dockerode'
import { expect, it } from 'vitest'
import { takeLock } from '../../../src/fleet/drivers/docker/fleet-lock.ts'
import { labels, lockName } from '../../../src/fleet/drivers/docker/names.ts'
import { startFakeEngine } from '../../support/fake-engine.ts'

it('tells once who has the lock of a fleet, however often it looks again', async () => {
  const [over, tries] = [new AbortController(), 5]
  const reason = new Error('enough')
  let tried = 0
  const path = `/containers/${lockName('default')}`
  const held = { State: { Status: 'running' }, Config: { Labels: { [labels.holder]: 'ada on build' } } }
  await using engine = await startFakeEngine({
    '/containers/create': (response: ServerResponse) => {
      tried += 1
      if (tried === tries) over.abort(reason)
      response.writeHead(409).end(JSON.stringify({ message: 'the name is in use' }))
    },
    [`${path}/json`]: held,
    // As if it were gone each time, and somebody else were quicker.
    [`${path}/wait`]: (response: ServerResponse) => response.writeHead(404).end('{}'),
  })
  const waited: string[] = []
  const options = { waitMs: 60_000, signal: over.signal, onWait: (holder: string) => void waited.push(holder) }
  const place = { docker: new Docker({ socketPath: engine.socketPath }), fleet: 'default', imageId: 'sha256:1' }
  await expect(takeLock(place, options)).rejects.toBe(reason)
  expect({ tried, waited }).toEqual({ tried: tries, waited: ['ada on build'] })
})
