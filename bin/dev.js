#!/usr/bin/env node
// Runs auxot from its sources: Node.js 22.18 or newer strips the types itself. "npm run dev -- worker start"
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const pjson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
pjson.oclif.commands = './src/commands'

void import('../src/cli/run-cli.ts').then(({ runCli }) =>
  runCli(process.argv.slice(2), { root, pjson, ignoreManifest: true }),
)
