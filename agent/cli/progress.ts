/** One line at the terminal that rewrites itself while something takes its time. */
import type { Clock } from '../base/time/clock.ts'
import type { Terminal } from './subcommand.ts'

export interface ProgressDeps {
  readonly clock: Clock
  readonly terminal: Pick<Terminal, 'env' | 'err' | 'isErrTerminal'>
}

const everyMs = 200
/** A line that wraps cannot be rewritten. */
const charactersMax = 60
/** To the beginning of the line, and away with what stands there. */
const rewrite = '\r\u001b[K'

/**
 * Shows `words()` and the seconds left of `totalMs` until the work ends; the line is gone then.
 * Nothing is shown where nobody looks, or to a terminal that cannot rewrite a line.
 */
export const withProgress = async <T>(
  totalMs: number,
  words: () => string,
  { clock, terminal }: ProgressDeps,
  work: () => Promise<T>,
): Promise<T> => {
  const { env, err, isErrTerminal } = terminal
  if (!isErrTerminal || env['TERM'] === 'dumb') return await work()
  const done = new AbortController()
  const endsMs = clock.nowMs() + totalMs
  const show = async (): Promise<void> => {
    while (!done.signal.aborted) {
      const leftSec = Math.max(0, Math.ceil((endsMs - clock.nowMs()) / 1000))
      err(`${rewrite}${words().slice(0, charactersMax)}, ${leftSec} s left`)
      await clock.wait(everyMs, done.signal)
    }
    err(rewrite)
  }
  const shown = show()
  try {
    return await work()
  } finally {
    done.abort()
    await shown
  }
}
