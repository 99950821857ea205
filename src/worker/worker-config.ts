import type { RouterAddress } from '../protocol/router-url.ts'
import type { ListenAddress } from '../shared/listen-address.ts'
import type { Secret } from '../shared/secret.ts'

/** Claude's credential: a long-lived subscription token, or an API key, which bills the API. */
export interface ClaudeCredential {
  readonly kind: 'oauth-token' | 'api-key'
  readonly secret: Secret
  /** When it stops being accepted, milliseconds since the epoch; absent where nobody knows. */
  readonly expiresAtMs?: number | undefined
}

/** How Claude Code is started and kept. */
export interface ClaudeConfig {
  /** The program, an absolute path that was checked to exist. */
  readonly path: string
  /** As `claude --version` said: `2.1.330`. */
  readonly version: string
  /** Absent: Claude Code is left to find none and every job fails honestly. */
  readonly credential?: ClaudeCredential | undefined
  /** Passed on as they are: ANTHROPIC_BASE_URL, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS, PATH and the like. */
  readonly env: Readonly<Record<string, string>>
  /** Parked processes per free slot; 0 starts each process when its job arrives. */
  readonly warm: number
  /** How long an answered conversation's process is kept, milliseconds; 0 keeps none. */
  readonly keepConversationMs: number
  /** Conversations kept at the same time; 0 keeps none. */
  readonly kept: number
  /** How often a transient failure of the model is tried again before the first token. */
  readonly modelRetries: number
}

/** Everything a worker needs to know: checked, complete and frozen. Times in milliseconds. */
export interface WorkerConfig {
  readonly router: RouterAddress
  readonly workerKey: Secret
  readonly claude: ClaudeConfig
  /** The model of a job when neither it nor the policy names one. */
  readonly defaultModel: string
  /** Claude Code's own tools that this host allows; the policy has to allow them too. */
  readonly builtinTools: 'all' | readonly string[]
  /** Jobs at the same time, announced as `total_slots`. */
  readonly concurrency: number
  readonly heartbeatIntervalMs: number
  readonly reconnectDelayMs: number
  readonly reconnectMaxDelayMs: number
  /** The whole job. */
  readonly jobTimeoutMs: number
  /** Claude Code says nothing at all. */
  readonly stallTimeoutMs: number
  /** From the request to drain until running jobs are cancelled. */
  readonly drainTimeoutMs: number
  /** Between TERM and KILL for Claude Code and its descendants. */
  readonly cancelGraceMs: number
  /** How long an idle worker in no hurry may wait for a harmless moment to leave. */
  readonly lingerMs: number
  readonly onAuthFailure: 'exit' | 'hold'
  readonly onRateLimit: 'error' | 'requeue'
  readonly exitAfterJobs?: number | undefined
  readonly exitAfterIdleMs?: number | undefined
  /** A file or folder without which the worker leaves, absolute. */
  readonly leaveWithout?: string | undefined
  /** Proxies for the router's socket, as the environment named them. */
  readonly proxy: {
    readonly https?: string | undefined
    readonly http?: string | undefined
    readonly no?: string | undefined
  }
  /** A PEM file whose certificates are trusted beside the built-in ones (NODE_EXTRA_CA_CERTS). */
  readonly extraCaFile?: string | undefined
  /** Where health and metrics are served over HTTP; absent: nowhere. */
  readonly healthAddress?: ListenAddress | undefined
  /** Where this user's sockets belong (XDG_RUNTIME_DIR); absent: below the temporary folder. */
  readonly runtimeDir?: string | undefined
  /** Prompts and answers in the log, for those who must. */
  readonly logPayloads: boolean
}
