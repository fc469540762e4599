/** How severe a line is, for journald: `journalctl -p err` finds nothing without. */
import { fstatSync } from 'node:fs'
import type { DestinationStream } from 'pino'

/** Of syslog. journald takes them off the line again. */
export const priorities = { trace: 7, debug: 7, info: 6, warn: 4, error: 3, fatal: 2 } as const

/**
 * Whether this descriptor leads to journald: `stream` is what systemd says of its own in
 * JOURNAL_STREAM, and a child that writes to a file has inherited it.
 */
export const isJournald = (stream: string | undefined, descriptor: number): boolean => {
  if (stream === undefined || stream === '') return false
  try {
    const { dev, ino } = fstatSync(descriptor)
    return stream === `${dev}:${ino}`
  } catch {
    // A descriptor that is closed leads nowhere.
    return false
  }
}

/** For lines of the log. One whose level cannot be told stays as it is. */
export const withPriorities = (to: DestinationStream): DestinationStream => ({
  write: (line) => {
    const [, level = ''] = /^\{"level":"([a-z]+)"/.exec(line) ?? []
    const priority = Object.entries(priorities).find(([name]) => name === level)?.[1]
    to.write(priority === undefined ? line : `<${priority}>${line}`)
  },
})
