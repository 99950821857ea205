import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/shared/secret.ts'
import { apiKeyRequests, tokenFrames } from '../../../src/worker/claude/credential-frames.ts'

const token = { kind: 'oauth-token', secret: new Secret('sk-ant-oat01-secret', 'a test') } as const
const key = { kind: 'api-key', secret: new Secret("sk-ant-api03-se'cret", 'a test') } as const

let path: string
beforeEach(() => {
  // A folder whose name a shell would take apart.
  path = join(mkdtempSync(join(tmpdir(), 'credential-')), "it's $HOME; here")
  mkdirSync(path)
})
afterEach(() => rmSync(join(path, '..'), { recursive: true }))

describe('a subscription’s token', () => {
  it('goes in on stdin, and nowhere else', async () => {
    expect(tokenFrames(token)).toEqual([
      { type: 'update_environment_variables', variables: { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-secret' } },
    ])
    expect([await apiKeyRequests(token, { path }), readdirSync(path)]).toEqual([[], []])
  })
})

describe('an API key', () => {
  it('lies in a file for this user only, of which the request has the name', async () => {
    const requests = await apiKeyRequests(key, { path })
    expect(tokenFrames(key)).toEqual([])
    const [file] = readdirSync(path)
    expect(readFileSync(join(path, `${file}`), 'utf8')).toBe("sk-ant-api03-se'cret")
    expect((statSync(join(path, `${file}`)).mode & 0o777).toString(8)).toBe('600')
    expect(JSON.stringify(requests)).toContain(`${file}`)
    expect(JSON.stringify(requests)).not.toContain('cret"')
    expect(requests).toMatchObject([{ subtype: 'apply_flag_settings' }])
  })

  it('is read once, and gone then', async () => {
    for (const _ of ['first question', 'next question']) {
      const [request] = await apiKeyRequests(key, { path })
      const { apiKeyHelper } = (request as unknown as { settings: { apiKeyHelper: string } }).settings
      expect(execFileSync('sh', ['-c', apiKeyHelper], { encoding: 'utf8' })).toBe("sk-ant-api03-se'cret")
      expect(readdirSync(path)).toEqual([])
    }
  })
})

describe('no credential', () => {
  it('is told nothing of', async () => {
    expect([tokenFrames(undefined), await apiKeyRequests(undefined, { path })]).toEqual([[], []])
  })
})
