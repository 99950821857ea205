import type { HistoryMessage } from '../../../../src/worker/claude/turn.ts'

/** A block of any kind, at any depth, that may be written to. */
interface Block {
  type: string
  text?: string
  id?: string
  name?: string
  tool_use_id?: string
  is_error?: boolean
  input?: Record<string, unknown>
  source?: { data: string }
  content?: Block[]
}
interface Message {
  role: string
  content: Block[]
}

/** Chooses one of some. */
export type Pick = <T>(from: readonly T[]) => T | undefined

type Mutation = (history: Message[], pick: Pick) => void

/** Every way in which a history may come to differ a little, by what was done to it. */
const mutations = {
  'a space after a text': edit((text) => `${text} `),
  'a line break before a text': edit((text) => `\n${text}`),
  'a space that does not show': edit((text) => `${text}\u200b`),
  'another case': edit((text) => text.toUpperCase()),
  'another normal form': edit((text) =>
    text.normalize('NFC') === text ? text.normalize('NFD') : text.normalize('NFC'),
  ),
  'half a character': edit((text) => `${text}\ud800`),
  'what stands between two texts in JSON': edit((text) => `${text}"},{"type":"text","text":"${text}`),
  'a character moved to the next text': (history, pick) => {
    const texts = textsOf(history)
    const one = pick(texts.slice(0, -1))
    const next = one && texts[texts.indexOf(one) + 1]
    if (!one?.text || next?.text === undefined) return
    next.text = one.text.slice(-1) + next.text
    one.text = one.text.slice(0, -1)
  },
  'a text in two blocks': (history, pick) => {
    const content = pick(contentsOf(history).filter((each) => each.some(isText)))
    const block = content?.find(isText)
    if (!content || block?.text === undefined) return
    content.splice(
      content.indexOf(block),
      1,
      { ...block, text: block.text.slice(0, 1) },
      { ...block, text: block.text.slice(1) },
    )
  },
  'two blocks as one': (history, pick) => {
    const content = pick(contentsOf(history).filter((each) => each.filter(isText).length > 1))
    const [one, next] = content?.filter(isText) ?? []
    if (!content || !one || !next) return
    one.text = `${one.text}${next.text}`
    content.splice(content.indexOf(next), 1)
  },
  'a block in the next message of that side': (history, pick) => {
    const from = pick(history.slice(0, -2).filter(({ content }) => content.length > 0))
    const block = from?.content.pop()
    if (from && block) history[history.indexOf(from) + 2]?.content.unshift(block)
  },
  'a message less': (history, pick) => remove(history, pick(history)),
  'a round less': (history, pick) => {
    const first = pick(history.filter(({ role }) => role === 'user'))
    if (first) history.splice(history.indexOf(first), 2)
  },
  'a message twice': (history, pick) => {
    const message = pick(history)
    if (message) history.splice(history.indexOf(message), 0, structuredClone(message))
  },
  'neighbours in the other order': (history, pick) => {
    const message = pick(history.slice(1))
    if (message) remove(history, message).splice(history.indexOf(message), 0, message)
  },
  'the sides of two neighbours': (history, pick) => {
    const spoken = history.filter(({ content }) => content.every(isText))
    const one = pick(spoken)
    if (one) one.role = one.role === 'user' ? 'assistant' : 'user'
  },
  'a number as a text': argument((value) => (typeof value === 'number' ? String(value) : Number(value) || 0)),
  'an argument less': (history, pick) => {
    const call = pick(blocksOf(history).filter(({ input }) => input && Object.keys(input).length > 0))
    if (call?.input) delete call.input[Object.keys(call.input)[0] ?? '']
  },
  'nothing for empty': argument((value) => (value === null ? '' : null)),
  'the keys of the arguments in another order': (history, pick) => {
    const call = pick(blocksOf(history).filter(({ input }) => input))
    if (call?.input) call.input = Object.fromEntries(Object.entries(call.input).reverse())
  },
  'two calls in another order': (history, pick) => {
    const message = pick(history.filter(({ content }) => content.filter(({ input }) => input).length > 1))
    message?.content.reverse()
  },
  "another call's id": (history, pick) => {
    const call = pick(blocksOf(history).filter(({ id }) => id))
    if (call) call.id = `${call.id}2`
  },
  "another result's id": (history, pick) => {
    const result = pick(blocksOf(history).filter((block) => block.tool_use_id))
    if (result) result.tool_use_id = `${result.tool_use_id}2`
  },
  'another tool': (history, pick) => {
    const call = pick(blocksOf(history).filter(({ name }) => name))
    if (call) call.name = `${call.name}_`
  },
  'an error for a result': (history, pick) => {
    const result = pick(blocksOf(history).filter((block) => block.tool_use_id))
    if (result) result.is_error = true
  },
  'an empty result': (history, pick) => {
    const result = pick(blocksOf(history).filter((block) => block.tool_use_id))
    if (result) result.content = []
  },
  'one byte of an image': (history, pick) => {
    const image = pick(blocksOf(history).filter(({ source }) => source))
    if (image?.source) image.source.data = `${image.source.data.slice(0, -1)}B`
  },
} satisfies Record<string, Mutation>

export const mutationNames = Object.keys(mutations) as (keyof typeof mutations)[]

/** A copy of a history to which one thing was done; equal to it where there was nothing to do it to. */
export function mutated(
  history: readonly HistoryMessage[],
  name: keyof typeof mutations,
  pick: Pick,
): HistoryMessage[] {
  const copy = structuredClone(history) as unknown as Message[]
  mutations[name](copy, pick)
  return copy as unknown as HistoryMessage[]
}

function edit(change: (text: string) => string): Mutation {
  return (history, pick) => {
    const block = pick(textsOf(history))
    if (block?.text !== undefined) block.text = change(block.text)
  }
}

function argument(change: (value: unknown) => unknown): Mutation {
  return (history, pick) => {
    const { input } = pick(blocksOf(history).filter((block) => block.input)) ?? {}
    const key = pick(Object.keys(input ?? {}))
    if (input && key !== undefined) input[key] = change(input[key])
  }
}

function remove<T>(from: T[], one: T | undefined): T[] {
  if (one !== undefined) from.splice(from.indexOf(one), 1)
  return from
}

/** Every list of blocks, those within results too. */
function contentsOf(history: readonly Message[]): Block[][] {
  return history.flatMap(({ content }) => [
    content,
    ...content.flatMap((block) => (block.content ? [block.content] : [])),
  ])
}

function blocksOf(history: readonly Message[]): Block[] {
  return contentsOf(history).flat()
}

function textsOf(history: readonly Message[]): Block[] {
  return blocksOf(history).filter(isText)
}

function isText({ type }: Block): boolean {
  return type === 'text'
}
