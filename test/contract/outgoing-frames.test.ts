import type {
  PermissionResult,
  SDKAssistantMessage,
  SDKControlRequest,
  SDKControlResponse,
  SDKPartialAssistantMessage,
  SDKRateLimitEvent,
  SDKResultMessage,
  SDKUserMessage,
  SyncHookJSONOutput,
} from '@anthropic-ai/claude-agent-sdk'
import { describe, expectTypeOf, it } from 'vitest'
import type { ControlRequest, OutgoingFrame, RateLimitInfo } from '../../src/worker/claude/frames.ts'

/*
 * What we write, held against the types that Claude Code's Agent SDK exports, and what we read of its messages against ours.
 * The compiler decides: `npm run types` fails where one of these does not hold.
 */

type Ours<Subtype> = Extract<ControlRequest, { subtype: Subtype }>
type Theirs<Subtype> = Extract<SDKControlRequest['request'], { subtype: Subtype }>
type OurFrame<Type> = Extract<OutgoingFrame, { type: Type }>
/** As on the wire: lists are read-only on our side only, and kinds of images are checked where jobs are read. */
type Wire<T> = T extends object
  ? { -readonly [Key in keyof T]: Key extends 'media_type' ? 'image/png' : Wire<T[Key]> }
  : T
type UserMessage = Wire<OurFrame<'user'>['message']>

describe('the Agent SDK’s types', () => {
  it('are there: without the packages they are made of they would silently be any', () => {
    expectTypeOf<SDKUserMessage['message']>().not.toBeAny()
    expectTypeOf<SDKPartialAssistantMessage['event']>().not.toBeAny()
    expectTypeOf<Theirs<'mcp_message'>['message']>().not.toBeAny()
    expectTypeOf<SDKControlRequest['request']>().not.toBeAny()
    expectTypeOf<PermissionResult>().not.toBeAny()
  })
})

describe('our requests', () => {
  it('are requests of the SDK', () => {
    expectTypeOf<Wire<Ours<'initialize'>>>().toExtend<Theirs<'initialize'>>()
    expectTypeOf<Wire<Ours<'apply_flag_settings'>>>().toExtend<Theirs<'apply_flag_settings'>>()
    expectTypeOf<Wire<Ours<'set_max_thinking_tokens'>>>().toExtend<Theirs<'set_max_thinking_tokens'>>()
  })

  it('name fields that the SDK knows', () => {
    expectTypeOf<keyof Ours<'initialize'>>().toExtend<keyof Theirs<'initialize'>>()
    expectTypeOf<keyof Ours<'apply_flag_settings'>>().toExtend<keyof Theirs<'apply_flag_settings'>>()
    expectTypeOf<keyof Ours<'set_max_thinking_tokens'>>().toExtend<keyof Theirs<'set_max_thinking_tokens'>>()
  })

  it('include one that is written down nowhere', () => {
    expectTypeOf<Theirs<'rewind_conversation'>>().toBeNever()
  })
})

describe('our messages', () => {
  it('of the user are messages of the SDK, with the two fields that make them exact', () => {
    expectTypeOf<OurFrame<'user'>['client_composed']>().toExtend<SDKUserMessage['client_composed']>()
    expectTypeOf<OurFrame<'user'>['shouldQuery']>().toExtend<SDKUserMessage['shouldQuery']>()
    expectTypeOf<OurFrame<'user'>['parent_tool_use_id']>().toExtend<SDKUserMessage['parent_tool_use_id']>()
    expectTypeOf<UserMessage>().toExtend<SDKUserMessage['message']>()
    expectTypeOf<keyof OurFrame<'user'>>().toExtend<keyof SDKUserMessage>()
  })

  it('of the assistant, and the credential on stdin, are written down nowhere', () => {
    type Written = SDKUserMessage | SDKControlRequest | SDKControlResponse
    expectTypeOf<Extract<Written, { type: 'update_environment_variables' }>>().toBeNever()
    expectTypeOf<Extract<Written, { type: 'assistant' }>>().toBeNever()
  })
})

describe('our answers', () => {
  it('are answers of the SDK', () => {
    expectTypeOf<OurFrame<'control_response'>>().toExtend<SDKControlResponse>()
  })

  it('to the question before a tool runs are answers of a hook', () => {
    const defer = { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'defer' } } as const
    expectTypeOf(defer).toExtend<SyncHookJSONOutput>()
    const goOn = {}
    expectTypeOf(goOn).toExtend<SyncHookJSONOutput>()
  })
})

describe('what we read', () => {
  it('is in the SDK’s messages', () => {
    expectTypeOf<SDKPartialAssistantMessage>().toHaveProperty('event')
    expectTypeOf<SDKPartialAssistantMessage>().toHaveProperty('parent_tool_use_id')
    expectTypeOf<SDKAssistantMessage>().toHaveProperty('error')
    expectTypeOf<SDKAssistantMessage['message']>().toHaveProperty('model')
    expectTypeOf<SDKRateLimitEvent['rate_limit_info']>().toExtend<RateLimitInfo>()
    type Read =
      | 'subtype'
      | 'is_error'
      | 'usage'
      | 'total_cost_usd'
      | 'session_id'
      | 'stop_reason'
      | 'num_turns'
      | 'terminal_reason'
    expectTypeOf<Read>().toExtend<keyof SDKResultMessage>()
    expectTypeOf<'result' | 'api_error_status'>().toExtend<keyof Extract<SDKResultMessage, { subtype: 'success' }>>()
    expectTypeOf<'errors'>().toExtend<keyof Exclude<SDKResultMessage, { subtype: 'success' }>>()
  })

  it('of its requests is in the SDK’s', () => {
    expectTypeOf<'callback_id' | 'input'>().toExtend<keyof Theirs<'hook_callback'>>()
    expectTypeOf<Extract<Theirs<'hook_callback'>['input'], { hook_event_name: 'PreToolUse' }>>().toHaveProperty(
      'tool_name',
    )
    expectTypeOf<'server_name' | 'message'>().toExtend<keyof Theirs<'mcp_message'>>()
  })
})
