import Anthropic from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import OpenAI from 'openai'
import type { DevRouter } from '../../../src/dev/dev-router.ts'
import { introduction, seenAt, toolDescription, toolName, toolSchema } from './agent-model.ts'

/** A program that talks to the router with one of the official clients. */
export interface Agent {
  /** Runs its tools until the model has no more calls; its last words. */
  run(): Promise<string>
  /** Sends its last request once more, to another router. */
  repeat(router: DevRouter): Promise<unknown>
}

const mostRounds = 100
const model = 'sonnet'

export function openaiClient({ httpUrl, callerKey }: DevRouter): OpenAI {
  return new OpenAI({ baseURL: `${httpUrl}/api/openai`, apiKey: callerKey, maxRetries: 0 })
}

export function anthropicClient({ httpUrl, callerKey }: DevRouter): Anthropic {
  return new Anthropic({ baseURL: `${httpUrl}/api/anthropic`, apiKey: callerKey, maxRetries: 0 })
}

/** An agent as the `openai` package runs it. */
export function openaiAgent(router: DevRouter, caller: string): Agent {
  const definition = { name: toolName, description: toolDescription, parameters: toolSchema }
  const tools = [
    {
      type: 'function' as const,
      function: { ...definition, parse: JSON.parse, function: ({ at }: { at: string }) => seenAt(caller, at) },
    },
  ]
  const runner = () =>
    openaiClient(router).chat.completions.runTools(
      { model, messages: [{ role: 'user', content: introduction(caller) }], tools },
      { maxChatCompletions: mostRounds },
    )
  let ran: ReturnType<typeof runner> | undefined
  return {
    run: async () => {
      ran = runner()
      return (await ran.finalContent()) ?? ''
    },
    repeat: (other) => {
      const messages = ran?.messages.slice(0, -1) ?? []
      return openaiClient(other).chat.completions.create({
        model,
        messages,
        tools: [{ type: 'function', function: definition }],
      })
    },
  }
}

/** An agent as the `@anthropic-ai/sdk` package runs it. */
export function anthropicAgent(router: DevRouter, caller: string): Agent {
  const tool = betaTool({
    name: toolName,
    description: toolDescription,
    inputSchema: toolSchema,
    run: ({ at }) => seenAt(caller, String(at)),
  })
  const first = { role: 'user' as const, content: introduction(caller) }
  let messages: Anthropic.Beta.BetaMessageParam[] = []
  return {
    run: async () => {
      const params = {
        model,
        max_tokens: 1_000,
        messages: [first],
        tools: [tool],
        max_iterations: mostRounds,
        thread: false as const,
      }
      const runner = anthropicClient(router).beta.messages.toolRunner(params)
      const { content } = await runner
      messages = runner.params.messages
      return content.map((block) => (block.type === 'text' ? block.text : '')).join('')
    },
    repeat: (other) => {
      const asked = messages.at(-1)?.role === 'assistant' ? messages.slice(0, -1) : messages
      const tools = [{ name: toolName, description: toolDescription, input_schema: toolSchema }]
      return anthropicClient(other).beta.messages.create({ model, max_tokens: 1_000, messages: asked, tools })
    },
  }
}
