import { logLevels } from '../shared/log-level.ts'
import {
  choice,
  duration,
  integer,
  listenAddress,
  moment,
  onOff,
  path,
  profileName,
  routerUrl,
  secretFile,
  text,
  tools,
} from './kinds.ts'
import { optional, required, withDefault } from './setting.ts'

/** What every command understands. */
export const commonSettings = {
  json: withDefault({ flag: 'json', key: false, kind: onOff, default: 'false', summary: 'print JSON on stdout' }),
  logLevel: withDefault({
    flag: 'log-level',
    kind: choice(logLevels),
    default: 'info',
    summary: 'what is logged on stderr',
  }),
  logFormat: withDefault({
    flag: 'log-format',
    kind: choice(['auto', 'text', 'json']),
    default: 'auto',
    summary: 'form of the log; auto: text on a terminal, else JSON',
  }),
  quiet: withDefault({ flag: 'quiet', kind: onOff, default: 'false', summary: 'no progress on stderr' }),
  noInput: withDefault({
    flag: 'no-input',
    kind: onOff,
    default: 'false',
    summary: 'never ask; a missing answer is an error',
  }),
}

/** How Claude Code is found and run. */
export const claudeSettings = {
  claudePath: optional({
    flag: 'claude-path',
    env: 'CLAUDE_PATH',
    kind: path,
    summary: 'the claude program; found on PATH when absent',
  }),
  model: withDefault({
    flag: 'model',
    env: 'AUXOT_CLI_DEFAULT_MODEL',
    kind: text('MODEL'),
    default: 'sonnet',
    summary: 'model of jobs when neither they nor the router name one',
  }),
  tools: withDefault({
    flag: 'tools',
    env: 'AUXOT_CLI_TOOLS',
    kind: tools,
    default: 'none',
    summary: "Claude Code's own tools that may run on this host, if the router's policy allows them too",
  }),
  warm: withDefault({
    flag: 'warm',
    kind: integer({ min: 0, max: 16 }),
    default: '1',
    summary: 'parked Claude Code processes per free slot; 0 starts each when its job arrives',
  }),
  keepConversation: withDefault({
    flag: 'keep-conversation',
    kind: duration({ min: 0, max: 24 * 3_600_000 }),
    default: '5m',
    summary: "how long an answered conversation's process waits for the next question; 0s ends it at once",
  }),
  kept: withDefault({
    flag: 'kept',
    kind: integer({ min: 0, max: 64 }),
    default: '2',
    summary: 'conversations whose processes are kept at the same time; 0 keeps none',
  }),
  modelRetries: withDefault({
    flag: 'model-retries',
    kind: integer({ min: 0, max: 10 }),
    default: '2',
    summary: 'how often a transient failure of the model is tried again before the first token',
  }),
  tokenExpires: optional({
    flag: 'token-expires',
    kind: moment,
    summary: "when Claude's token expires, for reports and metrics; a stored one's is known",
  }),
}

/** How one worker serves. */
export const servingSettings = {
  concurrency: withDefault({
    flag: 'concurrency',
    kind: integer({ min: 1, max: 256 }),
    default: '1',
    summary: 'jobs at the same time',
  }),
  heartbeatInterval: withDefault({
    flag: 'heartbeat-interval',
    kind: duration({ min: 100, max: 300_000 }),
    default: '10s',
    summary: 'time between two heartbeats; three without any answer end the connection',
  }),
  reconnectDelay: withDefault({
    flag: 'reconnect-delay',
    kind: duration({ min: 1 }),
    default: '1s',
    summary: 'first window of the random wait before a reconnect; it doubles each time',
  }),
  reconnectMaxDelay: withDefault({
    flag: 'reconnect-max-delay',
    kind: duration({ min: 1 }),
    default: '30s',
    summary: 'largest window of that wait',
  }),
  jobTimeout: withDefault({
    flag: 'job-timeout',
    kind: duration({ min: 1 }),
    default: '30m',
    summary: 'time limit of a whole job',
  }),
  stallTimeout: withDefault({
    flag: 'stall-timeout',
    kind: duration({ min: 1 }),
    default: '5m',
    summary: 'how long Claude Code may say nothing at all during a job',
  }),
  drainTimeout: withDefault({
    flag: 'drain-timeout',
    kind: duration(),
    default: '30m',
    summary: 'how long running jobs may take to finish once the worker was asked to stop',
  }),
  cancelGrace: withDefault({
    flag: 'cancel-grace',
    kind: duration(),
    default: '10s',
    summary: 'time between TERM and KILL for Claude Code when a job is cancelled',
  }),
  linger: withDefault({
    flag: 'linger',
    kind: duration({ max: 300_000 }),
    default: '31s',
    summary: 'how long a worker that drains in no hurry may wait for a moment at which leaving stalls no caller',
  }),
  onAuthFailure: withDefault({
    flag: 'on-auth-failure',
    kind: choice(['exit', 'hold']),
    default: 'exit',
    summary: 'when a key or token is refused: exit (4), or hold: stay up, not ready, and try again every 5 minutes',
  }),
  onRateLimit: withDefault({
    flag: 'on-rate-limit',
    kind: choice(['error', 'requeue']),
    default: 'error',
    summary:
      'what happens to a job at the rate limit when nothing of it was streamed: error, or requeue: the router gives it to another worker',
  }),
  once: withDefault({ flag: 'once', kind: onOff, default: 'false', summary: 'serve one job, then leave' }),
  exitAfterJobs: optional({
    flag: 'exit-after-jobs',
    kind: integer({ min: 1, max: 1_000_000_000 }),
    summary: 'serve that many jobs, then leave',
  }),
  exitAfterIdle: optional({
    flag: 'exit-after-idle',
    kind: duration({ min: 1 }),
    summary: 'leave after that long without a job',
  }),
  leaveWithout: optional({
    flag: 'leave-without',
    kind: path,
    summary: 'leave once this file or folder is gone, and finish what runs before',
  }),
  healthAddr: optional({
    flag: 'health-addr',
    kind: listenAddress,
    summary:
      'serve /livez, /readyz, /status.json and /metrics there; a port alone is reachable from this machine only, port 0 takes a free one',
  }),
  user: optional({
    flag: 'user',
    kind: text('NAME'),
    summary: 'started as root: become this user for good, once the secrets were read',
  }),
  userIfPossible: withDefault({
    flag: 'user-if-possible',
    kind: onOff,
    default: 'false',
    summary: 'where that cannot be had, go on as the present user, with a warning',
  }),
  logPayloads: withDefault({
    flag: 'log-payloads',
    kind: onOff,
    default: 'false',
    summary: 'prompts and answers in the log, at level debug',
  }),
}

/** Which router a worker connects to, and with which key. */
export const connectionSettings = {
  routerUrl: required({
    flag: 'router-url',
    kind: routerUrl,
    summary: 'the router: a host, host:port or URL',
  }),
  keyFile: optional({
    flag: 'key-file',
    env: 'AUXOT_GPU_KEY_FILE',
    kind: secretFile,
    summary: 'file with the worker key, - for stdin',
  }),
  profile: optional({
    flag: 'profile',
    kind: profileName,
    summary: "which stored secrets are taken, by name; the router's host:port when absent",
  }),
}

/** Everything `auxot worker start` understands. */
export const workerSettings = { ...connectionSettings, ...claudeSettings, ...servingSettings, ...commonSettings }
