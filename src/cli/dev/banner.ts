/** What a caller needs to reach the development router. */
export interface Reach {
  /** The router's HTTP side, without a slash at its end. */
  readonly httpUrl: string
  readonly callerKey: string
  readonly workerUrl: string
  readonly workerKey: string
  readonly model: string
  /** Who answers: `the echo model` or `Anthropic`. */
  readonly answeredBy: string
}

/** What is printed once the router and its worker are up, with a line to paste. */
export function bannerFrom({ httpUrl, callerKey, model, answeredBy }: Reach): string {
  return [
    `base URL  ${httpUrl}/api/openai  (Anthropic's API: ${httpUrl}/api/anthropic)`,
    `key       ${callerKey}`,
    `model     ${model}, answered by ${answeredBy}`,
    '',
    curlFrom({ httpUrl, callerKey, model }),
    '',
  ].join('\n')
}

/** The same for scripts, `auxot.dev.ready/v1`. */
export function readyDocument({ httpUrl, ...rest }: Reach) {
  return {
    schema: 'auxot.dev.ready/v1',
    openaiBaseUrl: `${httpUrl}/api/openai`,
    anthropicBaseUrl: `${httpUrl}/api/anthropic`,
    ...rest,
  }
}

function curlFrom({ httpUrl, callerKey, model }: Pick<Reach, 'httpUrl' | 'callerKey' | 'model'>): string {
  const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Hello' }] })
  const options = [
    `-H 'Authorization: Bearer ${callerKey}'`,
    "-H 'Content-Type: application/json'",
    `-d '${quoted(body)}'`,
  ]
  return `curl -N ${httpUrl}/api/openai/chat/completions ${options.join(' ')}`
}

/** Inside single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''")
}
