import { describe, expect, it } from 'vitest'
import { InvalidJobError } from '../../../src/worker/jobs/invalid-job.ts'
import { planImage } from '../../../src/worker/jobs/plan-images.ts'
import { pngData } from './sent-job.ts'

const image = (url: string) => planImage(url, 'messages[0]')
const base64 = (media_type: string, data = pngData) => ({ type: 'image', source: { type: 'base64', media_type, data } })

describe('images of a job', () => {
  it.each(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])('takes %s as base64', (type) => {
    expect(image(`data:${type};base64,${pngData}`)).toEqual(base64(type))
  })

  it.each([
    ['image/jpg as the JPEG it means', 'data:image/jpg;base64,', 'image/jpeg'],
    ['capital letters', 'DATA:Image/PNG;Base64,', 'image/png'],
    ['other parameters', 'data:image/png;name=a.png;base64,', 'image/png'],
    ['white space around', '  data:image/png;base64,', 'image/png'],
  ])('reads %s', (_, prefix, type) => {
    expect(image(`${prefix}${pngData} `)).toEqual(base64(type))
  })

  it('takes line breaks out of the data', () => {
    expect(image('data:image/png;base64,AAAA\r\nBBBB\n')).toEqual(base64('image/png', 'AAAABBBB'))
  })

  it('reads data of many megabytes', () => {
    const data = 'A'.repeat(24_000_000)
    const block = image(`data:image/png;base64,${data}`)
    expect(block.source.type === 'base64' && block.source.data.length).toBe(data.length)
  })

  it('passes an https address on as it is', () => {
    expect(image('https://example.com/a%20b.png?x=1#y')).toEqual({
      type: 'image',
      source: { type: 'url', url: 'https://example.com/a%20b.png?x=1#y' },
    })
  })

  const wrongWay = (seen: string) =>
    `messages[0]: an image must be a data: URL with base64 data or an https: URL, not ${seen}.`
  const notBase64 = 'messages[0]: the data of the image/png image is not valid base64.'
  const wrongType = (type: string) => `messages[0]: an image must be PNG, JPEG, GIF or WebP, not "${type}".`

  it.each([
    ['http://example.com/a.png', wrongWay('http:')],
    ['file:///etc/passwd', wrongWay('file:')],
    ['HTTPS://', wrongWay('a broken one')],
    ['a.png', wrongWay('something that is no URL')],
    ['', wrongWay('something that is no URL')],
    ['data:image/bmp;base64,AAAA', wrongType('image/bmp')],
    ['data:;base64,AAAA', wrongType('')],
    ['data:image/png;base64', wrongWay('a broken one')],
    ['data:image/svg+xml;base64,AAAA', wrongType('image/svg+xml')],
    ['data:image/png,AAAA', notBase64],
    ['data:image/png;base64,', notBase64],
    ['data:image/png;base64,AAA', notBase64],
    ['data:image/png;base64,AA=A', notBase64],
    ['data:image/png;base64,A===', notBase64],
    ['data:image/png;base64,AAA!', notBase64],
    ['data:image/png;base64,AA-_', notBase64],
  ])('refuses %j and says why', (url, sentence) => {
    expect(() => image(url)).toThrow(new InvalidJobError(sentence))
  })

  it('never repeats the data in its refusal', () => {
    const secret = 'c2VjcmV0'.repeat(50)
    for (const url of [`data:image/png;base64,${secret}!`, `data:text/plain;x=${secret},y`, `data:${secret}`]) {
      try {
        image(url)
        expect.unreachable('a refused image')
      } catch (error) {
        expect((error as Error).message).not.toContain(secret)
      }
    }
  })
})
