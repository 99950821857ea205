#!/usr/bin/env node
// Old syntax only: this file has to parse on any Node.js, to say which one is needed.
var version = process.versions.node.split('.')
if (+version[0] < 22 || (+version[0] === 22 && +version[1] < 13)) {
  process.stderr.write(
    'auxot needs Node.js 22.13 or newer; this is ' +
      process.version +
      ' (' +
      process.execPath +
      '). Install a newer one from your package manager or nodejs.org; in a checkout, "npx auxot ..." and "npm run auxot -- ..." use the one that npm ci brought.\n',
  )
  process.exit(1)
} else {
  void import('./main.js')
}
