import { describe, expect, it } from 'vitest'
import { askDecision, askReport, awaitState } from '../../../src/fleet/drivers/docker/ask-worker.ts'
import type { RunInside } from '../../../src/fleet/drivers/docker/run-inside.ts'

const signal = new AbortController().signal
const printing =
  (output: string): RunInside =>
  async () => ({ output, exitCode: 0 })
const refusing = (statusCode: number, message: string): RunInside => {
  return async () => {
    throw Object.assign(new Error(message), { statusCode })
  }
}

/** Everything that a worker in a container can be asked. */
const asks = {
  report: askReport,
  decision: (inside: RunInside) => askDecision(inside, { op: 'stop' }),
  state: (inside: RunInside) => awaitState(inside, { states: ['idle'], limitS: 1 }, signal),
}

describe.each(Object.entries(asks))('asking a worker in a container for its %s', (_, ask) => {
  // As an engine said it to whoever asked while the container was ended, sixty times.
  it.each([
    ['it does not run', refusing(409, 'Container 1b5c is not running')],
    ['it ends in that moment', refusing(500, 'Container 1b5c is not running: Exited (143) Less than a second ago')],
    [
      'it has ended in Podman',
      refusing(500, 'can only create exec sessions on running containers: container state improper'),
    ],
    ['it is gone', refusing(404, 'No such container: 1b5c')],
    ['its end is all that is printed', printing('cannot exec in a stopped state: unknown\r\n')],
    ['nothing is printed', printing('')],
  ])('finds nobody where %s', async (_, inside) => {
    expect(await ask(inside)).toBeUndefined()
  })

  it('fails where the engine does', async () => {
    await expect(ask(refusing(500, 'no space left on device'))).rejects.toThrow('no space left on device')
  })
})
