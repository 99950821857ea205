import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // @oclif/core writes to the real stdout; an intercepted console would hide it from the tests.
    disableConsoleIntercept: true,
    setupFiles: ['test/support/setup.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: more files at once only make the real Claude Code slower to start.
    maxWorkers: 2,
  },
})
