import type { ApiError, ErrorBody } from './reply.ts'

function apiError(status: number, type: string, message: string): ApiError {
  return { status, error: { type, message } }
}

/** The refusals of the real API, in its words. Change a part with `{...apiErrors.overloaded(), headers}`. */
export const apiErrors = {
  invalidRequest: (message: string) => apiError(400, 'invalid_request_error', message),
  promptTooLong: () => apiErrors.invalidRequest('prompt is too long: 215402 tokens > 200000 maximum'),
  badImage: () => apiErrors.invalidRequest('messages.0.content.0.image.source.base64.data: Could not process image'),
  noCredit: () =>
    apiErrors.invalidRequest(
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    ),
  thirdPartyUsage: () =>
    apiErrors.invalidRequest(
      'Third-party apps now draw from your extra usage, not your plan limits. Add more at claude.ai/settings/usage and keep going.',
    ),
  unauthorized: () => apiError(401, 'authentication_error', 'invalid x-api-key'),
  noCredentials: () => apiError(401, 'authentication_error', 'x-api-key header is required'),
  forbidden: () =>
    apiError(403, 'permission_error', 'Your API key does not have permission to use the specified resource.'),
  noModel: (model: string) => apiError(404, 'not_found_error', `model: ${model}`),
  notFound: () => apiError(404, 'not_found_error', 'Not Found'),
  tooLarge: () => apiError(413, 'request_too_large', 'Request exceeds the maximum size'),
  rateLimited: () =>
    apiError(429, 'rate_limit_error', "This request would exceed your account's rate limit. Please try again later."),
  internal: (message = 'Internal server error') => apiError(500, 'api_error', message),
  unavailable: () => apiError(503, 'api_error', 'Service temporarily unavailable'),
  overloaded: () => apiError(529, 'overloaded_error', 'Overloaded'),
} as const

/** The JSON document around an error. */
export function errorDocument(error: ErrorBody, requestId: string) {
  return { type: 'error', error, request_id: requestId }
}
