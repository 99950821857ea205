import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../shared/clock.ts'
import { apiErrors } from './api-errors.ts'
import { checkRequest } from './check-request.ts'
import { checkToken, type TokenRule } from './check-token.ts'
import { Exchange } from './exchange.ts'
import { type MessagesBody, parseMessagesBody } from './messages-body.ts'
import { countTokens, type PromptCache } from './prompt-cache.ts'
import { readText } from './read-text.ts'
import { Refused } from './refused.ts'
import type { ReplyScript } from './reply-script.ts'
import { RecordedRequest, type RequestLog } from './request-log.ts'
import { sendError, sendJson } from './send-json.ts'
import { sendReply } from './send-reply.ts'

/** What answering needs of the model. */
export interface AnswerContext {
  readonly acceptToken: TokenRule | undefined
  readonly validate: boolean
  readonly clock: Clock
  readonly cache: PromptCache
  readonly log: RequestLog
  readonly script: ReplyScript
  /** Aborts when the model stops: whatever is under way is broken off. */
  readonly stopping: AbortSignal
}

// The real API takes no more.
const longestBodyBytes = 32 * 1024 * 1024

/** Answers one HTTP request to its end. */
export async function answerRequest(request: IncomingMessage, response: ServerResponse, context: AnswerContext) {
  try {
    await route(request, response, context)
  } catch (error) {
    if (error instanceof Refused) sendError(response, error.reply)
    // The client left before its request was complete.
    else response.destroy()
  }
}

async function route(request: IncomingMessage, response: ServerResponse, context: AnswerContext): Promise<void> {
  const text = await readText(request, longestBodyBytes)
  const receivedAtMs = performance.now()
  const { pathname } = new URL(request.url ?? '/', 'http://echo')
  switch (`${request.method} ${pathname}`) {
    case 'HEAD /api/hello':
    case 'GET /api/hello':
      return sendJson(response, { message: 'hello' })
    case 'POST /v1/messages/count_tokens':
      return answerCount(request, response, { body: parseMessagesBody(text), context })
    case 'POST /v1/messages': {
      const recorded = new RecordedRequest(parseMessagesBody(text), request.headers, receivedAtMs)
      return answerMessages(new Exchange(recorded, response, context.stopping), context)
    }
    default:
      throw new Refused(apiErrors.notFound())
  }
}

type CountCall = { readonly body: MessagesBody; readonly context: AnswerContext }

function answerCount(request: IncomingMessage, response: ServerResponse, { body, context }: CountCall): void {
  checkToken(request.headers, context.acceptToken)
  // Counting has no answer whose length could be limited.
  if (context.validate) checkRequest({ max_tokens: 1, ...body })
  sendJson(response, { input_tokens: countTokens(body) })
}

async function answerMessages(exchange: Exchange, context: AnswerContext): Promise<void> {
  const { request } = exchange
  context.log.add(request)
  checkToken(request.headers, context.acceptToken)
  if (context.validate) checkRequest(request.body)
  try {
    const prompt = context.cache.count(request.body)
    const reply = await context.script.take(request)
    await sendReply(exchange, reply, { clock: context.clock, prompt })
  } catch (error) {
    // When it is over, nobody is left to hear of an error.
    if (!exchange.signal.aborted) exchange.fail(error)
  }
}
