import type { ImageBlock } from '../claude/turn.ts'
import { InvalidJobError } from './invalid-job.ts'

const readableTypes: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])
/** A spelling that no registry knows and many clients send. */
const otherSpellings: ReadonlyMap<string, string> = new Map([['image/jpg', 'image/jpeg']])

/**
 * An image as the model takes it, from the URL that the caller sent.
 * @throws InvalidJobError for anything but a base64 `data:` URL of a readable type or an `https:` URL.
 */
export function planImage(url: string, place: string): ImageBlock {
  const trimmed = url.trim()
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(trimmed)?.[1]?.toLowerCase()
  if (scheme === 'data' && trimmed.includes(',')) return dataImage(trimmed, place)
  if (scheme === 'https' && URL.canParse(trimmed)) return { type: 'image', source: { type: 'url', url: trimmed } }
  const isBroken = scheme === 'data' || scheme === 'https'
  const seen = scheme === undefined ? 'something that is no URL' : isBroken ? 'a broken one' : `${scheme}:`
  throw new InvalidJobError(`${place}: an image must be a data: URL with base64 data or an https: URL, not ${seen}.`)
}

function dataImage(url: string, place: string): ImageBlock {
  const comma = url.indexOf(',')
  const [type = '', ...parameters] = url
    .slice('data:'.length, comma)
    .split(';')
    .map((part) => part.trim().toLowerCase())
  const mediaType = otherSpellings.get(type) ?? type
  if (!readableTypes.has(mediaType)) {
    throw new InvalidJobError(`${place}: an image must be PNG, JPEG, GIF or WebP, not "${type.slice(0, 60)}".`)
  }
  const data = parameters.includes('base64') ? url.slice(comma + 1).replace(/\s+/g, '') : ''
  if (!isBase64(data)) throw new InvalidJobError(`${place}: the data of the ${mediaType} image is not valid base64.`)
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data } }
}

function isBase64(data: string): boolean {
  return data.length % 4 === 0 && /^[A-Za-z\d+/]+={0,2}$/.test(data)
}
