import { expect, it } from 'vitest'
import { claudeEnvironmentFrom, offlineEnvironmentFrom } from '../../src/settings/claude-environment.ts'
import { proxyFrom } from '../../src/settings/environment.ts'
import { UsageError } from '../../src/shared/errors.ts'

const everything = {
  PATH: '/bin',
  LANG: 'C.UTF-8',
  HOME: '/home/operator',
  AUXOT_GPU_KEY: 'adm_canary',
  AUXOT_ROUTER_URL: 'r',
  AWS_SECRET_ACCESS_KEY: 'canary',
  ECS_CONTAINER_METADATA_URI: 'u',
  CLAUDE_CODE_OAUTH_TOKEN: 'canary',
  ANTHROPIC_API_KEY: 'canary',
  GITHUB_TOKEN: 'canary',
  NODE_OPTIONS: '--inspect',
  ANTHROPIC_BASE_URL: 'https://gateway.example.com',
  HTTPS_PROXY: 'http://proxy:1',
  http_proxy: 'http://proxy:2',
  NO_PROXY: '',
  NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
}

it('what reaches Claude Code is an allow-list', () => {
  expect(claudeEnvironmentFrom(everything)).toEqual({
    PATH: '/bin',
    LANG: 'C.UTF-8',
    ANTHROPIC_BASE_URL: 'https://gateway.example.com',
    HTTPS_PROXY: 'http://proxy:1',
    http_proxy: 'http://proxy:2',
    NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
  })
})

it.each([
  ['HTTPS_PROXY', 'proxy:3128', 'http://proxy:3128'],
  ['http_proxy', ' proxy ', 'http://proxy'],
  ['HTTPS_PROXY', 'socks5://proxy:1080', 'socks5://proxy:1080'],
  ['ANTHROPIC_BASE_URL', ' http://127.0.0.1:8080/v1 ', 'http://127.0.0.1:8080/v1'],
])('an address reaches it as it can use it: %s=%s', (name, given, passed) => {
  expect(claudeEnvironmentFrom({ [name]: given })).toEqual({ [name]: passed })
})

it.each([
  ['ANTHROPIC_BASE_URL', 'nonsense'],
  ['ANTHROPIC_BASE_URL', 'gateway.example.com:8080'],
  ['ANTHROPIC_BASE_URL', 'ftp://gateway.example.com'],
  ['HTTPS_PROXY', 'http://'],
  ['http_proxy', 'a b:password'],
])('an address that it cannot use is refused, and not repeated: %s=%s', (name, given) => {
  const reach = () => claudeEnvironmentFrom({ [name]: given })
  expect(reach).toThrow(UsageError)
  expect(reach).toThrow(new RegExp(`^${name} is no address$`))
})

it('offline nothing that steers a connection reaches it', () => {
  expect(offlineEnvironmentFrom(everything)).toEqual({ PATH: '/bin', LANG: 'C.UTF-8' })
})

it('proxies are read in either case, lower case first', () => {
  expect(proxyFrom({ HTTPS_PROXY: 'a', https_proxy: 'b', HTTP_PROXY: 'c', NO_PROXY: 'd', no_proxy: '' })).toEqual({
    https: 'b',
    http: 'c',
    no: 'd',
  })
  expect(proxyFrom({})).toEqual({})
})
