import { describe, expect, it } from 'vitest'
import { initializeRequest, settingsRequest, thinks } from '../../../src/worker/claude/opening.ts'
import type { Effort } from '../../../src/worker/claude/turn.ts'
import { offeredTool, turnFrom } from '../../support/turn-from.ts'

describe('what a process is told once', () => {
  it('is no more than its system prompt where the job has no tools', () => {
    expect(initializeRequest(turnFrom({ system: 'Be brief.' }))).toEqual({
      subtype: 'initialize',
      systemPrompt: ['Be brief.'],
      sdkMcpServers: [],
    })
  })

  it('is no system prompt at all where there is none, instead of the one for coding', () => {
    expect(initializeRequest(turnFrom())).toMatchObject({ systemPrompt: [] })
  })

  it('is a hook where the caller runs tools, and only there', () => {
    const hooks = { PreToolUse: [{ matcher: 'mcp__auxot__.*', hookCallbackIds: ['returned-tools'] }] }
    const tool = offeredTool('look')
    expect(initializeRequest(turnFrom({ tools: { returned: [tool] } }))).toMatchObject({
      sdkMcpServers: ['auxot'],
      hooks,
    })
    const live = initializeRequest(turnFrom({ tools: { live: [tool] } }))
    expect(live).toEqual({ subtype: 'initialize', systemPrompt: [], sdkMcpServers: ['auxot'] })
  })
})

describe('what a process is told with each question', () => {
  it('names every setting, so that nothing of the question before is left', () => {
    expect(settingsRequest(turnFrom({ model: 'opus' }))).toEqual({
      subtype: 'apply_flag_settings',
      settings: {
        model: 'opus',
        effortLevel: null,
        env: {
          CLAUDE_CODE_MAX_OUTPUT_TOKENS: '',
          CLAUDE_CODE_EXTRA_BODY: '',
          CLAUDE_CODE_DISABLE_THINKING: '',
        },
      },
    })
  })

  it('is everything that the job asks for', () => {
    const turn = turnFrom({ effort: 'low', maxTokens: 700, temperature: 0.3, env: { TOKEN: 'x' } })
    expect(settingsRequest(turn)).toEqual({
      subtype: 'apply_flag_settings',
      settings: {
        model: 'claude-sonnet-4-6',
        effortLevel: 'low',
        env: {
          TOKEN: 'x',
          CLAUDE_CODE_MAX_OUTPUT_TOKENS: '700',
          CLAUDE_CODE_EXTRA_BODY: '{"temperature":0.3}',
          CLAUDE_CODE_DISABLE_THINKING: '',
        },
      },
    })
  })

  it('cannot be overruled by the job’s own variables', () => {
    const env = { CLAUDE_CODE_MAX_OUTPUT_TOKENS: '1', CLAUDE_CODE_DISABLE_THINKING: '1' }
    expect(settingsRequest(turnFrom({ env }))).toMatchObject({
      settings: { env: { CLAUDE_CODE_MAX_OUTPUT_TOKENS: '', CLAUDE_CODE_DISABLE_THINKING: '' } },
    })
  })

  it.each<[Effort | undefined, number | undefined, boolean]>([
    [undefined, undefined, true],
    ['low', undefined, true],
    ['off', undefined, false],
    ['off', 1, false],
    [undefined, 0.3, false],
    [undefined, 1, true],
    ['high', 0.3, true],
  ])('with effort %s and temperature %s the model reasons: %s', (effort, temperature, does) => {
    const turn = turnFrom({ effort, temperature })
    expect(thinks(turn)).toBe(does)
    expect(settingsRequest(turn)).toMatchObject({
      settings: {
        effortLevel: effort === 'off' ? null : (effort ?? null),
        env: { CLAUDE_CODE_DISABLE_THINKING: does ? '' : '1' },
      },
    })
  })
})
