import { BackendError } from '../errors.ts'
import type { BuildStep } from './build-progress.ts'

/** How a build ended that failed. */
export interface BuildEnd {
  readonly step: BuildStep | undefined
  /** What the step printed. */
  readonly output: string
  /** What the engine says. */
  readonly reason: string
}

const lastLines = 20
const longestInstruction = 120

/** What the engine says of its own doings between the lines of a step. */
const aboutContainers = /^ ---> |^Removing intermediate container /

const hints: readonly (readonly [words: RegExp, hint: string])[] = [
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)|CERT_UNTRUSTED|certificate signed by unknown authority/,
    "Name your company's certificate authorities with --ca-file.",
  ],
  [
    /npm error (?:code|errno) (?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT)/,
    "npm's registry is not to be reached from the build: name yours with --build-arg NPM_CONFIG_REGISTRY=URL, or a proxy with HTTPS_PROXY.",
  ],
  [
    /^(?:Get "|Head "|pull access denied|unauthorized|manifest for|manifest unknown|error pulling)/m,
    'The base image cannot be fetched: log in to its registry with "docker login", or name another with --build-arg BASE_IMAGE=NAME.',
  ],
]

/** The error of a failed build: the step, the end of what it printed, and a way out where one is known. */
export function buildFailure({ step, output, reason }: BuildEnd): BackendError {
  const where = step === undefined ? [] : [`step ${step.number}/${step.total} failed: ${shortened(step.text)}`]
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !aboutContainers.test(line))
  const said = [...lines, endOf(reason)].slice(-lastLines)
  const hint = hints.find(([words]) => words.test(said.join('\n')))?.[1]
  const message = `The image could not be built: ${[...where, ...said].join('\n')}`
  return new BackendError(message, { code: 'BUILD_FAILED', ...(hint && { hint }) })
}

/** The engine repeats the whole instruction. */
function endOf(reason: string): string {
  const code = /^The command '.*' returned a non-zero code: (\d+)$/s.exec(reason)?.[1]
  return code === undefined ? reason : `It ended with exit code ${code}`
}

function shortened(text: string): string {
  return text.length > longestInstruction ? `${text.slice(0, longestInstruction)}…` : text
}
