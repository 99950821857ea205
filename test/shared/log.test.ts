import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createLog, createLogFormatter } from '../../src/shared/log.ts'
import { Secret } from '../../src/shared/secret.ts'

/** A log and what it wrote. */
function logTo(options: { readonly format: 'text' | 'json'; readonly colour?: boolean }) {
  const lines: string[] = []
  const secrets = [new Secret('canary-of-mine', 'TEST')]
  const write = (line: Buffer, _: unknown, done: () => void) => {
    lines.push(`${line}`.replace(/\d\d:\d\d:\d\d/, 'HH:MM:ss'))
    done()
  }
  const destination = new Writable({ write })
  const log = createLog({ level: 'info', colour: false, ...options, secrets, destination })
  return { log, lines }
}

describe('a log for people', () => {
  it('has time, level, sentence and what else is to be said, on one line', () => {
    const { log, lines } = logTo({ format: 'text' })
    log.warn({ attempt: 3, note: 'canary-of-mine' }, 'the link is lost')
    expect(lines).toEqual(['[HH:MM:ss] WARN: the link is lost {"attempt":3,"note":"[redacted]"}\n'])
  })

  it('lets nothing in a sentence steer the terminal', () => {
    const { log, lines } = logTo({ format: 'text' })
    log.info('a\u001b[2J\u0007b\u009b31m\u001b[31mc')
    expect(lines).toEqual(['[HH:MM:ss] INFO: a[2Jb31m[31mc\n'])
  })

  it('shows sentences in the colours that they are given, and no others', () => {
    const { log, lines } = logTo({ format: 'text', colour: true })
    log.info('\u001b[32mconnected\u001b[39m \u001b[8mhidden\u001b[2J\u009b31m')
    expect(lines).toEqual([
      '[HH:MM:ss] \u001b[32mINFO\u001b[39m: \u001b[36m\u001b[32mconnected\u001b[36m [8mhidden[2J31m\u001b[39m\n',
    ])
  })
})

it("another process's log looks the same", () => {
  const { log, lines } = logTo({ format: 'json' })
  log.error({ attempt: 3 }, 'no')
  const logged = { ...(JSON.parse(lines.join('')) as object), time: '2026-01-31T12:00:00.000Z' }
  expect(createLogFormatter(false)(logged)).toBe('[12:00:00] ERROR: no {"attempt":3}')
})
