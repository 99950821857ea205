import { getCACertificates } from 'node:tls'
import { expect, test } from 'vitest'
import { parseRouterUrl } from '../../../src/protocol/router-url.ts'
import { UsageError } from '../../../src/shared/errors.ts'
import { planRoute } from '../../../src/worker/link/dial.ts'

const address = parseRouterUrl('https://router.example.com')
const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'

test('extra certificates are trusted beside the built-in ones, not in their place', () => {
  expect(planRoute({ address, proxy: {}, extraCa: pem }).ca).toEqual([...getCACertificates('default'), pem])
})

test('without extra certificates the choice is left to Node', () => {
  expect(planRoute({ address, proxy: {} })).toEqual({ address, proxy: undefined, ca: undefined })
})

test.each(['', 'no certificate', '-----BEGIN PRIVATE KEY-----\n'])(
  'a file that holds no certificate is refused: %j',
  (extraCa) => {
    const plan = () => planRoute({ address, proxy: {}, extraCa })
    expect(plan).toThrow(UsageError)
    expect(plan).toThrow('The file named by NODE_EXTRA_CA_CERTS holds no certificate')
  },
)

test('a proxy that cannot be used is refused before anything is dialled', () => {
  expect(() => planRoute({ address, proxy: { https: 'socks5://proxy:1080' } })).toThrow(UsageError)
})
