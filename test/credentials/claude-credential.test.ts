import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findClaudeCredential, resolveClaudeCredential } from '../../src/credentials/claude-credential.ts'

let file: string
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'auxot-claude-')), 'secret')
  writeFileSync(file, 'from-file\n', { mode: 0o600 })
})
afterEach(() => rmSync(join(file, '..'), { recursive: true }))

async function found(env: Record<string, string>) {
  const credential = await findClaudeCredential(env)
  return credential && [credential.kind, credential.secret.reveal(), credential.secret.source, credential.note]
}

describe("Claude's credential", () => {
  it('is the token, from a variable or a file', async () => {
    expect(await found({ CLAUDE_CODE_OAUTH_TOKEN: 'token' })).toEqual([
      'oauth-token',
      'token',
      'CLAUDE_CODE_OAUTH_TOKEN',
      undefined,
    ])
    expect(await found({ CLAUDE_CODE_OAUTH_TOKEN_FILE: file })).toEqual([
      'oauth-token',
      'from-file',
      `CLAUDE_CODE_OAUTH_TOKEN_FILE ${file}`,
      undefined,
    ])
  })

  it('is the API key where there is no token', async () => {
    expect(await found({ ANTHROPIC_API_KEY: 'key' })).toEqual(['api-key', 'key', 'ANTHROPIC_API_KEY', undefined])
    expect(await found({ CLAUDE_CODE_OAUTH_TOKEN: '', ANTHROPIC_API_KEY_FILE: file })).toEqual([
      'api-key',
      'from-file',
      `ANTHROPIC_API_KEY_FILE ${file}`,
      undefined,
    ])
  })

  it('is the token where both are set, and says why', async () => {
    expect(await found({ CLAUDE_CODE_OAUTH_TOKEN: 'token', ANTHROPIC_API_KEY: 'key' })).toEqual([
      'oauth-token',
      'token',
      'CLAUDE_CODE_OAUTH_TOKEN',
      "Claude's credential is the token from CLAUDE_CODE_OAUTH_TOKEN. ANTHROPIC_API_KEY is set too and is not used: it bills the API.",
    ])
  })

  it.each(['CLAUDE_CODE_OAUTH_TOKEN', 'ANTHROPIC_API_KEY'])(
    'is refused when %s and its _FILE are set',
    async (name) => {
      await expect(found({ [name]: 'x', [`${name}_FILE`]: file })).rejects.toThrow(
        `${name} and ${name}_FILE are both set`,
      )
    },
  )

  it('is undefined where there is none, and an error for those who need one', async () => {
    expect(await found({})).toBeUndefined()
    await expect(resolveClaudeCredential({})).rejects.toMatchObject({
      message: 'There is no Claude credential',
      exitCode: 2,
      hint: expect.stringContaining('claude setup-token'),
    })
  })
})
