import { expect, it } from 'vitest'
import { claudeEnvironmentFrom, offlineEnvironmentFrom, proxyFrom } from '../../src/settings/environment.ts'

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
