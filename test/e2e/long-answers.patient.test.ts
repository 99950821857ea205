import { describe, expect, it } from 'vitest'
import { claudeProgram } from '../support/claude-program.ts'
import { House } from '../support/house.ts'
import { SlowLink } from '../support/slow-link.ts'

const chunk = `${'ä'.repeat(31_999)}\n`
const answer = chunk.repeat(800)

describe.skipIf(claudeProgram() === undefined)('an answer of 50 MB', () => {
  it('arrives whole and in order at a router that reads nothing until the model has said everything', async () => {
    await using house = await House.open()
    await using link = await SlowLink.open(house.router.httpUrl)
    const worker = await house.add({ claude: { warm: 0 } }, link.url)
    await house.router.ready()
    house.model.script({ blocks: [{ type: 'text', chunks: answer.match(/.*\n/g) ?? [] }] })
    const job = house.ask('say very much')
    await house.router.next('token')
    link.block()
    // Claude Code takes in what the model says as fast as it comes, and keeps it until it can write it.
    expect(await house.model.requests[0]?.ended).toBe('answered')
    expect(job.messages.at(-1)?.type).toBe('token')
    link.unblock()
    const end = await job.done
    const tokens = job.messages.flatMap((message) => (message.type === 'token' ? [message.token] : []))
    expect(tokens.join('') === answer).toBe(true)
    expect(end.kind === 'complete' && end.message.full_response === answer).toBe(true)
    expect(worker.states).not.toContain('reconnecting')
  }, 90_000)
})
