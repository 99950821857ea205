import { describe, expect, it, vi } from 'vitest'
import { dialects } from '../../src/dev/routing/dialect.ts'
import { FakeTaker, job, makeBoard } from '../support/fake-taker.ts'

const complete = (job_id: string, full_response = '') => ({ type: 'complete', job_id, full_response }) as const
const token = (job_id: string, text: string) => ({ type: 'token', job_id, token: text }) as const

describe('handing out jobs', () => {
  it('gives a job to an idle worker at once', () => {
    using board = makeBoard()
    const worker = new FakeTaker('w')
    board.join(worker)
    board.submit(job('a'))
    expect(worker.sent).toEqual([job('a')])
    expect([...worker.running]).toEqual(['a'])
  })

  it('keeps jobs in line while every slot is filled, and hands them out first come, first served', () => {
    using board = makeBoard()
    const worker = new FakeTaker('w')
    board.join(worker)
    for (const id of ['a', 'b', 'c']) board.submit(job(id))
    expect(board.waiting).toEqual(['b', 'c'])
    board.handle(worker, complete('a'))
    expect(worker.jobs).toEqual(['a', 'b'])
    board.handle(worker, complete('b'))
    expect(worker.jobs).toEqual(['a', 'b', 'c'])
  })

  it('hands the line to a worker that comes, up to its slots', () => {
    using board = makeBoard()
    for (const id of ['a', 'b', 'c']) board.submit(job(id))
    const worker = new FakeTaker('w', 2)
    board.join(worker)
    expect(worker.jobs).toEqual(['a', 'b'])
  })

  it('lets idle workers take turns', () => {
    using board = makeBoard()
    const workers = [new FakeTaker('v'), new FakeTaker('w')] as const
    for (const worker of workers) board.join(worker)
    for (const id of ['a', 'b', 'c', 'd']) {
      board.submit(job(id))
      for (const worker of workers) if (worker.running.has(id)) board.handle(worker, complete(id))
    }
    expect(workers.map(({ jobs }) => jobs)).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ])
  })

  it('follows a change of slots, up and down', () => {
    using board = makeBoard()
    const worker = new FakeTaker('w', 2)
    board.join(worker)
    for (const id of ['a', 'b', 'c', 'd']) board.submit(job(id))
    worker.slots = 1
    board.handle(worker, complete('a'))
    expect(worker.jobs, 'the freed slot is gone').toEqual(['a', 'b'])
    worker.slots = 3
    board.slotsChanged()
    expect(worker.jobs).toEqual(['a', 'b', 'c', 'd'])
  })

  it('refuses a second open job of the same name', () => {
    using board = makeBoard()
    board.submit(job('a'))
    expect(() => board.submit(job('a'))).toThrow('there is an open job "a" already')
  })
})

describe('what becomes of a job', () => {
  it('ends with the worker’s complete, behind everything it streamed', async () => {
    using board = makeBoard()
    const worker = new FakeTaker('w')
    board.join(worker)
    const handle = board.submit(job('a'))
    for (const message of [token('a', 'x'), complete('a', 'x')]) expect(board.handle(worker, message)).toBeUndefined()
    expect(await handle.done).toEqual({ kind: 'complete', message: complete('a', 'x') })
    expect(handle.messages).toEqual([token('a', 'x'), complete('a', 'x')])
    expect(worker.running.size).toBe(0)
  })

  it('ends with the worker’s error', async () => {
    using board = makeBoard()
    const worker = new FakeTaker('w')
    board.join(worker)
    const handle = board.submit(job('a'))
    const error = { type: 'error', job_id: 'a', error: 'no', details: 'because' } as const
    board.handle(worker, error)
    expect(await handle.done).toEqual({ kind: 'error', message: error })
  })

  it('goes to another worker when its own is lost, and is streamed again behind the first part', async () => {
    using board = makeBoard()
    const [lost, other] = [new FakeTaker('lost'), new FakeTaker('other')]
    board.join(lost)
    const handle = board.submit(job('a'))
    board.join(other)
    board.handle(lost, token('a', 'Half '))
    board.leave(lost)
    expect(other.jobs).toEqual(['a'])
    board.handle(other, token('a', 'Whole'))
    board.handle(other, complete('a', 'Whole'))
    const text = handle.messages.map((message) => (message.type === 'token' ? message.token : '')).join('')
    expect(text).toBe('Half Whole')
    expect(await handle.done).toMatchObject({ kind: 'complete', message: { full_response: 'Whole' } })
  })

  it('waits as long as redelivery takes before another worker gets it', () => {
    vi.useFakeTimers()
    try {
      using board = makeBoard({ redeliverAfterMs: 1_000 })
      const [lost, other] = [new FakeTaker('lost'), new FakeTaker('other')]
      board.join(lost)
      board.submit(job('a'))
      board.join(other)
      board.leave(lost)
      vi.advanceTimersByTime(999)
      expect(other.jobs).toEqual([])
      vi.advanceTimersByTime(1)
      expect(other.jobs).toEqual(['a'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('waits in its old place when its worker is lost and no other is idle', () => {
    using board = makeBoard()
    const worker = new FakeTaker('w')
    board.join(worker)
    for (const id of ['a', 'b']) board.submit(job(id))
    board.leave(worker)
    expect(board.waiting).toEqual(['a', 'b'])
  })

  it('takes no word about a job from a worker that does not run it', () => {
    using board = makeBoard()
    const [worker, stranger] = [new FakeTaker('w'), new FakeTaker('s', 0)]
    board.join(worker)
    board.join(stranger)
    const handle = board.submit(job('a'))
    expect(board.handle(stranger, complete('a'))).toBe('"complete" for a job that this worker does not run')
    expect(board.handle(worker, token('none', 'x'))).toBe('"token" for a job that this worker does not run')
    expect(handle.messages).toEqual([])
    expect([...worker.running]).toEqual(['a'])
  })

  it('ends as cancelled when the board closes', async () => {
    const board = makeBoard()
    const handle = board.submit(job('a'))
    board[Symbol.dispose]()
    expect(await handle.done).toEqual({ kind: 'cancelled' })
    for await (const message of handle.messages) expect.unreachable(JSON.stringify(message))
  })
})

describe('cancelling', () => {
  it('takes a waiting job out of the line', async () => {
    using board = makeBoard()
    const handle = board.submit(job('a'))
    board.cancel('a')
    expect(await handle.done).toEqual({ kind: 'cancelled' })
    expect(board.waiting).toEqual([])
  })

  it('ends a job of which nothing was produced at once, but keeps its slot', async () => {
    using board = makeBoard({ cancelSettleMs: 60_000 })
    const worker = new FakeTaker('w')
    board.join(worker)
    const handle = board.submit(job('a'))
    board.submit(job('b'))
    board.cancel('a')
    expect(await handle.done).toEqual({ kind: 'cancelled' })
    expect(worker.sent.at(-1)).toEqual({ type: 'cancel', job_id: 'a' })
    expect(board.waiting).toEqual(['b'])
  })

  it('gives the slot away when the worker says nothing more in time', () => {
    using board = makeBoard({ cancelSettleMs: 0 })
    const worker = new FakeTaker('w')
    board.join(worker)
    board.submit(job('a'))
    board.submit(job('b'))
    board.cancel('a')
    expect(worker.jobs).toEqual(['a', 'b'])
  })

  it('brings what had been produced', async () => {
    using board = makeBoard({ cancelSettleMs: 60_000 })
    const worker = new FakeTaker('w')
    board.join(worker)
    const handle = board.submit(job('a'))
    board.handle(worker, token('a', 'Half'))
    board.cancel('a')
    board.cancel('a')
    expect(worker.sent.filter(({ type }) => type === 'cancel')).toHaveLength(1)
    expect(board.handle(worker, complete('a', 'Half'))).toBeUndefined()
    expect(await handle.done).toEqual({ kind: 'cancelled', message: complete('a', 'Half') })
    expect(worker.running.size).toBe(0)
  })

  it('does not give a cancelled job to anybody else', async () => {
    using board = makeBoard({ cancelSettleMs: 60_000 })
    const [lost, other] = [new FakeTaker('lost'), new FakeTaker('other')]
    board.join(lost)
    board.join(other)
    const handle = board.submit(job('a'))
    board.handle(lost, token('a', 'Half'))
    board.cancel('a')
    board.leave(lost)
    expect(await handle.done).toEqual({ kind: 'cancelled' })
    expect(other.jobs).toEqual([])
  })
})

describe('the two dialects', () => {
  const overload = { type: 'job.overload', job_id: 'a' } as const
  const call = { type: 'job.tool.call.request', job_id: 'a', call_id: 'c', tool_name: 't', arguments: '{}' } as const

  it('coordinator: an overloaded worker’s job goes to another, or waits for one', () => {
    using board = makeBoard()
    const [tired, fresh] = [new FakeTaker('tired'), new FakeTaker('fresh')]
    board.join(tired)
    board.submit(job('a'))
    expect(board.handle(tired, overload)).toBeUndefined()
    expect(board.waiting, 'not back to the one that refused it').toEqual(['a'])
    board.join(fresh)
    expect(fresh.jobs).toEqual(['a'])
  })

  it('public: an overload is ignored and the job stays where it is', () => {
    using board = makeBoard({ dialect: dialects.public })
    const [tired, fresh] = [new FakeTaker('tired'), new FakeTaker('fresh')]
    board.join(tired)
    board.submit(job('a'))
    board.join(fresh)
    expect(board.handle(tired, overload)).toBe('"job.overload" is ignored')
    expect([...tired.running]).toEqual(['a'])
    expect(fresh.jobs).toEqual([])
  })

  it('coordinator: a live tool call is run and answered', async () => {
    const answered = Promise.withResolvers<unknown>()
    const image_parts = [{ mime_type: 'image/png', data: 'AAAA' }]
    using board = makeBoard({
      onToolCall: ({ tool_name, arguments: text }) => ({ result: `${tool_name} ${text}`, image_parts }),
    })
    const worker = new FakeTaker('w')
    worker.send = (message) => message.type === 'job.tool.call.result' && answered.resolve(message)
    board.join(worker)
    board.submit(job('a'))
    expect(board.handle(worker, call)).toBeUndefined()
    expect(await answered.promise).toEqual({
      type: 'job.tool.call.result',
      job_id: 'a',
      call_id: 'c',
      result: 't {}',
      image_parts,
    })
  })

  it.each([
    ['fails', { onToolCall: () => Promise.reject(new Error('no such city')) }, 'no such city'],
    ['does not exist', {}, 'there is no tool "t" here'],
  ])('coordinator: a live tool that %s gives an error result', async (_, options, result) => {
    const answered = Promise.withResolvers<unknown>()
    using board = makeBoard(options)
    const worker = new FakeTaker('w')
    worker.send = (message) => message.type === 'job.tool.call.result' && answered.resolve(message)
    board.join(worker)
    board.submit(job('a'))
    board.handle(worker, call)
    expect(await answered.promise).toMatchObject({ result, is_error: true })
  })

  it('public: a live tool call is never answered', () => {
    using board = makeBoard({ dialect: dialects.public, onToolCall: () => expect.unreachable() })
    const worker = new FakeTaker('w')
    board.join(worker)
    board.submit(job('a'))
    expect(board.handle(worker, call)).toBe('"job.tool.call.request" is not answered')
  })

  const everything = {
    ...job('a'),
    tools: [{ type: 'function', function: { name: 't' } }],
    temperature: 0.5,
    max_tokens: 9,
    reasoning_effort: 'low',
    model: 'opus',
    reference_id: 'r',
    compaction_session_id: 's',
    caller_tools: ['t'],
    credentials: { TOKEN: 'x' },
  }

  it('coordinator: a job is sent with all its fields', () => {
    using board = makeBoard()
    const worker = new FakeTaker('w')
    board.join(worker)
    board.submit(everything)
    expect(worker.sent).toEqual([everything])
  })

  it('public: a job is sent with the six fields that the public router knows', () => {
    using board = makeBoard({ dialect: dialects.public })
    const worker = new FakeTaker('w')
    board.join(worker)
    board.submit(everything)
    const { type, job_id, messages, tools, temperature, max_tokens, reasoning_effort } = everything
    expect(worker.sent).toEqual([{ type, job_id, messages, tools, temperature, max_tokens, reasoning_effort }])
  })
})
