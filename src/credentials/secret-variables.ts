/** Variables whose values are secrets. Each has a twin with `_FILE` behind its name: a file that holds the value. */
export const workerKeyVariable = 'AUXOT_GPU_KEY'
export const oauthTokenVariable = 'CLAUDE_CODE_OAUTH_TOKEN'
export const apiKeyVariable = 'ANTHROPIC_API_KEY'

export const secretVariables = [workerKeyVariable, oauthTokenVariable, apiKeyVariable] as const
