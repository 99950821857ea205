import { describe, expect, it } from 'vitest'
import { policySchema } from '../../../src/protocol/policy.ts'
import { type PlanContext, planTurn } from '../../../src/worker/jobs/plan-turn.ts'
import { sentCall, sentJob, sentTool } from './sent-job.ts'

function contextOf(policy: Record<string, unknown> | undefined, builtinTools: 'all' | string[] = []): PlanContext {
  return { policy: policy && policySchema.parse(policy), settings: { defaultModel: 'the-worker', builtinTools } }
}

describe('a job read as a turn', () => {
  it('of the public router: a question and nothing else', () => {
    expect(planTurn(sentJob(), contextOf({}))).toEqual({
      turn: {
        jobId: 'job-1',
        system: '',
        history: [],
        prompt: [{ type: 'text', text: 'Hello' }],
        tools: { returned: [], live: [], builtin: [], builtinOff: [] },
        model: 'the-worker',
        effort: undefined,
        maxTokens: undefined,
        temperature: undefined,
        env: {},
        conversation: undefined,
      },
      notes: [],
    })
  })

  it('of a coordinator, with everything at once', () => {
    const job = sentJob({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: 'Looking.', tool_calls: [sentCall('c:1', 'get.weather', '{"city":"Bern"}')] },
        { role: 'tool', tool_call_id: 'c:1', content: 'sunny' },
      ],
      tools: [sentTool('get.weather', { properties: {} }, 'Weather'), sentTool('Bash', undefined, 'Runs elsewhere')],
      model: 'the-job',
      temperature: 1.5,
      max_tokens: 300,
      reasoning_effort: 'minimal',
      reference_id: 'ref-1',
      caller_tools: ['get.weather'],
      credentials: { TOKEN: 't', PATH: '/evil' },
    })
    const object = { type: 'object', properties: {} }
    expect(planTurn(job, contextOf({ builtin_tools: ['default'], model_name: 'the-policy' }, 'all'))).toEqual({
      turn: {
        jobId: 'job-1',
        system: 'Be brief.',
        history: [
          { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
          {
            role: 'assistant',
            content: [
              { type: 'text', text: 'Looking.' },
              { type: 'tool_use', id: 'c_1', name: 'mcp__auxot__get_weather', input: { city: 'Bern' } },
            ],
          },
        ],
        prompt: [{ type: 'tool_result', tool_use_id: 'c_1', content: [{ type: 'text', text: 'sunny' }] }],
        tools: {
          returned: [{ name: 'get_weather', callerName: 'get.weather', description: 'Weather', inputSchema: object }],
          live: [{ name: 'Bash', callerName: 'Bash', description: 'Runs elsewhere', inputSchema: object }],
          builtin: 'all',
          builtinOff: ['Bash'],
        },
        model: 'the-job',
        effort: 'low',
        maxTokens: 300,
        temperature: 1,
        env: { TOKEN: 't' },
        conversation: 'ref-1',
      },
      notes: [
        { field: 'reasoning_effort', problem: '"minimal" is not known, "low" is used' },
        { field: 'temperature', problem: '1.5 is not between 0 and 1, 1 is used' },
        { field: 'credentials', problem: '"PATH" would steer more than the tools of the job, it is left out' },
      ],
    })
  })

  it.each([
    ['the-job', { model_name: 'the-policy' }, 'the-job'],
    ['', { model_name: 'the-policy' }, 'the-policy'],
    [null, { model_name: '' }, 'the-worker'],
    [undefined, undefined, 'the-worker'],
  ])('takes the model of the job (%j), else of the policy (%j), else of the worker: %s', (model, policy, expected) => {
    expect(planTurn(sentJob({ model }), contextOf(policy)).turn.model).toBe(expected)
  })

  it('allows no built-in tool where no policy was sent', () => {
    expect(planTurn(sentJob(), contextOf(undefined, 'all')).turn.tools.builtin).toEqual([])
  })

  it("switches a built-in tool off that is called like a job's tool is called by its caller", () => {
    const tools = [sentTool('Bash'), sentTool('Re.ad')]
    const { turn } = planTurn(sentJob({ tools }), contextOf({ builtin_tools: ['Bash', 'Read'] }, ['Bash', 'Read']))
    expect(turn.tools).toMatchObject({ builtin: ['Read'], builtinOff: [] })
  })
})
