import { defineConfig } from 'vitest/config'

/**
 * Tests that need more than a newcomer has; `npm run test:patient` and `npm run test:engine` run one kind and no others.
 * patient: a keyring, or patience. engine: a container engine.
 */
const kinds: Readonly<Record<string, string>> = {
  patient: 'test/**/*.patient.test.ts',
  engine: 'test/**/*.engine.test.ts',
}

/** The programs under test have limits of their own in real time (3 s for a keychain, say), which a busy machine can miss once. */
const retries: Readonly<Record<string, number>> = { patient: 2 }

export default defineConfig(({ mode }) => {
  const kind = kinds[mode]
  // Only ends what hangs: every wait in a test has a limit that names what it waited for, and none decides by time.
  // An image that is not there yet is built first.
  const limitMs = mode === 'engine' ? 600_000 : 120_000
  return {
    test: {
      include: [kind ?? 'test/**/*.test.ts'],
      exclude: kind === undefined ? Object.values(kinds) : [],
      // @oclif/core writes to the real stdout; an intercepted console would hide it from the tests.
      disableConsoleIntercept: true,
      setupFiles: ['test/support/setup.ts'],
      globalSetup: ['test/support/global-setup.ts'],
      testTimeout: limitMs,
      hookTimeout: limitMs,
      retry: retries[mode] ?? 1,
      // Two cores: more files at once only make the real Claude Code slower to start. An engine is one for all files.
      maxWorkers: mode === 'engine' ? 1 : 2,
    },
  }
})
