import { describe, expect, it } from 'vitest'
import type { ToolCallResult } from '../../../src/protocol/router-messages.ts'
import type { WorkerMessage } from '../../../src/protocol/worker-messages.ts'
import { LiveToolCalls } from '../../../src/worker/jobs/live-tool-calls.ts'
import type { RouterConnection } from '../../../src/worker/link/link-handlers.ts'

const call = { id: 'c', name: 'weather', arguments: '{"city":"Oslo"}' }
const never = new AbortController().signal

/** The connection that jobs came on; a closed one takes nothing. */
function connectionThat({ isOpen }: { isOpen: boolean }) {
  const sent: WorkerMessage[] = []
  const connection: RouterConnection = {
    id: 1,
    helloAckAt: 0,
    isOpen,
    bufferedAmount: 0,
    send: (message) => {
      if (isOpen) sent.push(message)
      return isOpen
    },
    drained: () => Promise.resolve(),
  }
  return { sent, connection }
}

function resultOf(job_id: string, call_id: string, more: object = {}) {
  const image_parts: ToolCallResult['image_parts'] = []
  return { type: 'job.tool.call.result', job_id, call_id, result: 'sun', image_parts, ...more } as const
}

describe('live tool calls', () => {
  it('are asked for by name and id, and answered with everything that came', async () => {
    const calls = new LiveToolCalls()
    const { sent, connection } = connectionThat({ isOpen: true })
    const answer = calls.forJob('j', connection)(call, never)
    expect(sent).toEqual([
      { type: 'job.tool.call.request', job_id: 'j', call_id: 'c', tool_name: 'weather', arguments: '{"city":"Oslo"}' },
    ])
    const image_parts = [{ mime_type: 'image/png', data: 'AAAA' }]
    expect(calls.settle(resultOf('j', 'c', { is_error: true, image_parts }))).toBe(true)
    expect(await answer).toEqual({
      content: 'sun',
      isError: true,
      images: [{ mimeType: 'image/png', data: 'AAAA' }],
    })
  })

  it('are answered once, and only those that wait', async () => {
    const calls = new LiveToolCalls()
    const { connection } = connectionThat({ isOpen: true })
    const answer = calls.forJob('j', connection)(call, never)
    expect([resultOf('j', 'other'), resultOf('other', 'c')].map((result) => calls.settle(result))).toEqual([
      false,
      false,
    ])
    expect(calls.settle(resultOf('j', 'c'))).toBe(true)
    expect(await answer).toEqual({ content: 'sun', isError: false, images: [] })
    expect(calls.settle(resultOf('j', 'c'))).toBe(false)
  })

  it('do not mix up jobs whose ids run into each other', async () => {
    const calls = new LiveToolCalls()
    const { connection } = connectionThat({ isOpen: true })
    const answer = calls.forJob('a","b', connection)({ ...call, id: 'c' }, never)
    expect(calls.settle(resultOf('a', 'b","c'))).toBe(false)
    calls.settle(resultOf('a","b', 'c'))
    await answer
  })

  it('end with the reason of the job that is stopped', async () => {
    const calls = new LiveToolCalls()
    const { connection } = connectionThat({ isOpen: true })
    const stopped = new AbortController()
    const answer = calls.forJob('j', connection)(call, stopped.signal)
    stopped.abort(new Error('stopped'))
    await expect(answer).rejects.toThrow('stopped')
    expect(calls.settle(resultOf('j', 'c'))).toBe(false)
  })

  it('are not asked for when the job was stopped before, nor over a connection that is gone', async () => {
    const calls = new LiveToolCalls()
    const open = connectionThat({ isOpen: true })
    await expect(calls.forJob('j', open.connection)(call, AbortSignal.abort(new Error('stopped')))).rejects.toThrow(
      'stopped',
    )
    expect(open.sent).toEqual([])
    const gone = connectionThat({ isOpen: false })
    await expect(calls.forJob('j', gone.connection)(call, never)).rejects.toThrow(
      'the connection to the router was lost',
    )
  })
})
