import type { IPty } from '@lydell/node-pty'
import { Secret } from '../../shared/secret.ts'
import { Screen, type TerminalSize } from './screen.ts'
import { tokenOnScreen } from './token-on-screen.ts'

/** The terminal that a person sits at. */
export interface OuterTerminal {
  readonly size: TerminalSize
  write(data: string): void
  /** Hands on every key from now on, unread by anybody else. */
  onKeys(listener: (keys: string) => void): Disposable
  onResize(listener: () => void): Disposable
}

export interface SetupTokenOptions {
  /** The claude program. */
  readonly path: string
  readonly env: Readonly<Record<string, string>>
  readonly terminal: OuterTerminal
}

/** Ctrl-C, in a terminal that makes no signal of it. */
const interrupt = '\u0003'

/** What the set-up may leave switched on when it is ended early: pasting in brackets, reports of focus and colours, a hidden cursor. */
const asBefore = '\u001b[?2004l\u001b[?1004l\u001b[?2031l\u001b[?25h'

/**
 * Runs `claude setup-token` at the terminal, as if it had been typed there, and takes the token off the screen.
 * Undefined when it ended without one.
 */
export async function runSetupToken({ path, env, terminal }: SetupTokenOptions): Promise<Secret | undefined> {
  const { spawn } = await import('@lydell/node-pty')
  const { columns: cols, rows } = terminal.size
  using screen = new Screen(terminal.size)
  const child = spawn(path, ['setup-token'], { cols, rows, env: { ...env }, cwd: process.cwd(), name: `${env.TERM}` })
  child.onData((data) => {
    screen.write(data)
    terminal.write(data)
  })
  await passThrough(child, screen, terminal)
  terminal.write(asBefore)
  const token = tokenOnScreen(await screen.lines())
  return token === undefined ? undefined : new Secret(token, 'claude setup-token')
}

/** Claude Code's set-up pays no heed to Ctrl-C: the second one asks it to end, the third ends it. */
function leaver(child: IPty): () => void {
  let count = 0
  return () => {
    count += 1
    if (count === 2) child.kill('SIGTERM')
    if (count > 2) child.kill('SIGKILL')
  }
}

/** Resolves when the program has ended. */
async function passThrough(child: IPty, screen: Screen, terminal: OuterTerminal): Promise<void> {
  const onInterrupt = leaver(child)
  using _keys = terminal.onKeys((keys) => {
    child.write(keys)
    if (keys === interrupt) onInterrupt()
  })
  using _size = terminal.onResize(() => {
    const { columns, rows } = terminal.size
    screen.resize({ columns, rows })
    child.resize(columns, rows)
  })
  await new Promise<void>((ended) => child.onExit(() => ended()))
}
