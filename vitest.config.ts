import { defineConfig } from 'vitest/config'

/** Tests that need a keyring or more patience than a newcomer has; `npm run test:patient` runs these and no others. */
const patient = 'test/**/*.patient.test.ts'

export default defineConfig(({ mode }) => ({
  test: {
    include: [mode === 'patient' ? patient : 'test/**/*.test.ts'],
    exclude: mode === 'patient' ? [] : [patient],
    // @oclif/core writes to the real stdout; an intercepted console would hide it from the tests.
    disableConsoleIntercept: true,
    setupFiles: ['test/support/setup.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Only ends what hangs: every wait in a test has a limit that names what it waited for, and none decides by time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The programs under test have limits of their own in real time (3 s for a keychain, say), which a busy machine can miss once.
    retry: mode === 'patient' ? 2 : 1,
    // Two cores: more files at once only make the real Claude Code slower to start.
    maxWorkers: 2,
  },
}))
