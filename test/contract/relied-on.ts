import type { IncomingFrame } from '../../src/worker/claude/frames.ts'

/*
 * Everything of Claude Code that the session engine relies on, in one list. "documented": in `claude --help`, its pages or the
 * exported types of its Agent SDK. "observed": works in the pinned version and is written down nowhere; may change in any.
 */
type Standing = 'documented' | 'observed'

/** The command line. A flag that `--help` does not show is "observed". */
export const flags: Readonly<Record<string, Standing>> = {
  '--print': 'documented',
  '--output-format': 'documented',
  '--input-format': 'documented',
  '--verbose': 'documented',
  '--include-partial-messages': 'documented',
  '--tools': 'documented',
  '--allowedTools': 'documented',
  '--permission-mode': 'documented',
  '--strict-mcp-config': 'documented',
  '--setting-sources': 'documented',
  '--disable-slash-commands': 'documented',
  '--no-session-persistence': 'documented',
  '--resume': 'documented',
  '--await-initialize': 'observed',
}

/** Variables of the process and of `apply_flag_settings`; what each does is asserted at the model in `worker/claude/real`. */
export const variables: Readonly<Record<string, Standing>> = {
  HOME: 'documented',
  TMPDIR: 'documented',
  CLAUDE_CONFIG_DIR: 'documented',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: 'documented',
  DISABLE_TELEMETRY: 'documented',
  DISABLE_AUTOUPDATER: 'documented',
  CLAUDE_CODE_DISABLE_CLAUDE_MDS: 'observed',
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: 'documented',
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: 'documented',
  CLAUDE_CODE_DISABLE_CRON: 'documented',
  CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS: 'observed',
  CLAUDE_CODE_DISABLE_ATTACHMENTS: 'observed',
  DISABLE_COMPACT: 'documented',
  CLAUDE_CODE_BLOCKING_LIMIT_OVERRIDE: 'observed',
  CLAUDE_CODE_MAX_RETRIES: 'documented',
  CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: 'documented',
  CLAUDE_CODE_DISABLE_REFUSAL_RETRY: 'observed',
  CLAUDE_CODE_MAX_MCP_DESCRIPTION_LENGTH: 'observed',
  CLAUDE_CODE_API_KEY_HELPER_TTL_MS: 'documented',
  CLAUDE_CODE_MAX_OUTPUT_TOKENS: 'documented',
  CLAUDE_CODE_EXTRA_BODY: 'documented',
  CLAUDE_CODE_DISABLE_THINKING: 'documented',
}

/** The version from which on a piece is there; each was tried against it. */
export const since = {
  '2.1.250': 'client_composed: a text that begins with "/" is not run as a command',
  '2.1.300': '--await-initialize: a process that waits for its session file',
} as const

/** The kinds of frames that a session with every kind of turn in it is seen to write. Others are read past. */
export const frameTypes: readonly IncomingFrame['type'][] = [
  'assistant',
  'control_request',
  'control_response',
  'rate_limit_event',
  'result',
  'stream_event',
  'system',
  'user',
]

/** A kind of frame, and the type of each of its fields that is read. `?`: may be absent. */
interface ReadFrame {
  readonly name: string
  readonly is: (frame: Any) => boolean
  readonly fields: Readonly<Record<string, string>>
}

// biome-ignore lint/suspicious/noExplicitAny: frames as they come, before anybody has said what they are
type Any = any

const eventIs = (type: string) => (frame: Any) => frame.type === 'stream_event' && frame.event?.type === type
const blockIs = (type: string) => (frame: Any) =>
  eventIs('content_block_start')(frame) && frame.event.content_block.type === type
const deltaIs = (type: string) => (frame: Any) =>
  eventIs('content_block_delta')(frame) && frame.event.delta.type === type
const usageOf = (path: string) =>
  Object.fromEntries(
    ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens', 'output_tokens'].map((name) => [
      `${path}.${name}`,
      'number',
    ]),
  )
const ofTheMainConversation = { parent_tool_use_id: 'null' }

/** Everything that is read of what Claude Code writes. */
export const readFrames: readonly ReadFrame[] = [
  {
    name: 'the beginning of an answer',
    is: eventIs('message_start'),
    fields: { ...ofTheMainConversation, 'event.message.id': 'string', ...usageOf('event.message.usage') },
  },
  { name: 'the beginning of a text', is: blockIs('text'), fields: { 'event.content_block.text': 'string' } },
  {
    name: 'the beginning of a call',
    is: blockIs('tool_use'),
    fields: { 'event.content_block.id': 'string', 'event.content_block.name': 'string' },
  },
  {
    name: 'a piece of text',
    is: deltaIs('text_delta'),
    fields: { ...ofTheMainConversation, 'event.delta.text': 'string' },
  },
  { name: 'a piece of reasoning', is: deltaIs('thinking_delta'), fields: { 'event.delta.thinking': 'string' } },
  { name: 'a piece of arguments', is: deltaIs('input_json_delta'), fields: { 'event.delta.partial_json': 'string' } },
  { name: 'the end of a block', is: eventIs('content_block_stop'), fields: { 'event.index': 'number' } },
  {
    name: 'why an answer ended',
    is: eventIs('message_delta'),
    fields: { 'event.delta.stop_reason': 'string', 'event.usage.output_tokens': 'number' },
  },
  { name: 'the end of an answer', is: eventIs('message_stop'), fields: ofTheMainConversation },
  {
    name: 'the result of a tool that ran',
    is: (frame) => frame.type === 'user' && frame.message.content?.[0]?.type === 'tool_result',
    fields: {
      ...ofTheMainConversation,
      'message.content.0.tool_use_id': 'string',
      'message.content.0.content': 'string array',
    },
  },
  {
    name: 'the state of the limit',
    is: (frame) => frame.type === 'rate_limit_event',
    fields: {
      'rate_limit_info.status': 'string',
      'rate_limit_info.resetsAt': 'number?',
      'rate_limit_info.rateLimitType': 'string?',
    },
  },
  {
    name: 'the end of a turn that was answered',
    is: (frame) => frame.type === 'result' && frame.is_error === false && frame.num_turns > 0,
    fields: {
      subtype: 'string',
      session_id: 'string',
      total_cost_usd: 'number',
      stop_reason: 'string',
      ...usageOf('usage'),
    },
  },
  {
    name: 'that a message was taken which asks nothing',
    is: (frame) => frame.type === 'result' && frame.num_turns === 0,
    fields: { is_error: 'boolean' },
  },
  {
    name: 'the end of a turn that failed',
    is: (frame) => frame.type === 'result' && frame.is_error === true,
    fields: { subtype: 'string', result: 'string', api_error_status: 'number null', terminal_reason: 'string' },
  },
  {
    name: 'Claude Code’s own words about a failure',
    is: (frame) => frame.type === 'assistant' && frame.message.model === '<synthetic>',
    fields: { ...ofTheMainConversation, error: 'string', 'message.content.0.text': 'string' },
  },
  {
    name: 'a question before a tool runs',
    is: (frame) => frame.type === 'control_request' && frame.request.subtype === 'hook_callback',
    fields: { request_id: 'string', 'request.callback_id': 'string', 'request.input.tool_name': 'string' },
  },
  {
    name: 'a message to our tool server',
    is: (frame) => frame.type === 'control_request' && frame.request.subtype === 'mcp_message',
    fields: {
      request_id: 'string',
      'request.server_name': 'string',
      'request.message.method': 'string',
      'request.message.id': 'number string?',
    },
  },
  {
    name: 'a call of a live tool',
    is: (frame) => frame.type === 'control_request' && frame.request.message?.method === 'tools/call',
    fields: {
      'request.message.id': 'number string',
      'request.message.params.name': 'string',
      'request.message.params.arguments': 'object',
      'request.message.params._meta.claudecode/toolUseId': 'string',
    },
  },
  {
    name: 'that a request was taken',
    is: (frame) => frame.type === 'control_response' && frame.response.subtype === 'success',
    fields: { 'response.request_id': 'string' },
  },
  {
    name: 'that a request was refused',
    is: (frame) => frame.type === 'control_response' && frame.response.subtype === 'error',
    fields: { 'response.request_id': 'string', 'response.error': 'string' },
  },
]

/** The value at a path of names. A name may itself hold a slash, never a dot. */
export function valueAt(frame: unknown, path: string): unknown {
  return path.split('.').reduce<Any>((inner, name) => inner?.[name], frame)
}

/** `null`, `array` and `undefined` are types of their own here. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
