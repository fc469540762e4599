import { destination, pino, stdTimeFunctions } from 'pino'
import type { DestinationStream, LevelWithSilent, Logger } from 'pino'
import { isJournald, withPriorities } from './priorities.ts'

/**
 * The second net. Secrets are wrapped at the door and print as `[secret]`; these paths catch a raw
 * command or header that somebody hands to the log by mistake.
 */
const secretNames = [
  'password',
  'privateKey',
  'passphrase',
  'authorization',
  'targetHostPassword',
  'targetHostPrivateKey',
]
const paths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`])

/**
 * JSON lines. Level and destination come from outside; `standardOutput` is the one of the agent.
 */
export const makeLog = (level: LevelWithSilent, to: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '[secret]' },
    },
    to,
  )

/** What a standard output that takes nothing may cost us; lines beyond it are dropped. */
const unwrittenBytesMax = 1024 * 1024

/**
 * Synchronous, so that the last line before a crash is written. A reader that went away must not
 * end a fence, so a failed write is let go: the journal, not this log, is the record.
 */
export const standardOutput = (): DestinationStream => {
  const stream = destination({ fd: 1, sync: true, maxLength: unwrittenBytesMax })
  stream.on('error', () => undefined)
  return isJournald(process.env['JOURNAL_STREAM'], 1) ? withPriorities(stream) : stream
}
