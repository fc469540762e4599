/** One command in an open session, to the one way in which it ended. */
import type { Socket } from 'node:net'
import type { Client, ClientChannel, ClientErrorExtensions } from 'ssh2'
import { createCapture, readLimited } from '../../base/text/bounded-stream.ts'
import type { CommandEnd, SessionEnd } from '../session-end.ts'
import { windowIn } from '../../base/time/deadline.ts'
import type { Within } from '../../base/time/deadline.ts'

/** After the exit, how long the channel may take to close: a child may hold its stdout open. */
export const drainWindowMs = 250

export interface Command {
  readonly line: string
  /** Written at once; stdin stays open until the command has ended. */
  readonly stdin: string
  /** Of stdout and of stderr each: one byte more ends the command. */
  readonly bytesMax: number
  /** How long the suspect may take to start it, in ms; without one, until the budget ends. */
  readonly startWindowMs?: number | undefined
  /** `write` writes to its stdin from then on. */
  readonly onStart: (write: (text: string) => void) => void
  /**
   * What came on stdout, as it comes: latin1, one character per byte. Says why nothing is waited
   * for any more.
   */
  readonly onStdout: (text: string) => SessionEnd | undefined
}

/**
 * Only the channel's own `exit` event is an end of the command; a close without one is a lost
 * contact. Settles once, within the budget; never rejects. Where the command did not end by itself
 * its channel is closed, which ends the stdin that the program takes for the presence of its peer.
 */
export const runCommand = (
  { client, socket }: { readonly client: Client; readonly socket: Socket },
  { line, stdin, bytesMax, startWindowMs = Infinity, onStart, onStdout }: Command,
  within: Within,
): Promise<CommandEnd> =>
  new Promise((resolve) => {
    const settled = new AbortController()
    const heardBytes = socket.bytesRead
    const state: { channel: ClientChannel | undefined; exit: (() => CommandEnd) | undefined } = {
      channel: undefined,
      exit: undefined,
    }
    const settle = (ended: CommandEnd): void => {
      if (settled.signal.aborted) return
      settled.abort()
      client.off('error', broken).off('close', lost)
      if (ended.kind === 'cut-off') state.channel?.close()
      resolve(ended)
    }
    // Once the exit has come, whatever ends the session after it does not take it back.
    const end = (why: SessionEnd, wasHeard = socket.bytesRead > heardBytes): void => {
      settle(state.exit?.() ?? { kind: 'cut-off', end: why, wasHeard })
    }
    // Whoever closes or resets a connection has been heard.
    const lost = (): void => {
      end('contact-lost', true)
    }
    const broken = (error: Error & ClientErrorExtensions): void => {
      if (!isSilence(error)) lost()
      else end(error.level === 'client-timeout' ? 'contact-lost' : 'kernel-silent')
    }
    const follow = (channel: ClientChannel): void => {
      state.channel = channel
      // Bytes after their own end are an error of the stream, and nobody's but ours to listen to.
      channel.on('error', lost)
      channel.stderr.on('error', lost)
      if (settled.signal.aborted) {
        channel.close()
        return
      }
      onStart((text) => {
        if (!settled.signal.aborted) channel.write(text)
      })
      const tooLong = (): void => {
        end('output-too-long')
      }
      const takeText = (text: string): void => {
        const why = onStdout(text)
        if (why !== undefined) end(why)
      }
      const take = (chunk: Buffer): void => {
        if (!settled.signal.aborted) takeText(chunk.toString('latin1'))
      }
      readLimited(channel, bytesMax, { take, tooLong })
      const stderr = createCapture(channel.stderr, stderrBytesKept, bytesMax, tooLong)
      channel.on('close', lost)
      channel.on('exit', (code: number | null) => {
        state.exit = () =>
          code === null ? { kind: 'signalled' } : { kind: 'exited', code, stderrHead: stderr() }
        void within.clock.wait(drainWindowMs, settled.signal).then(lost)
      })
      channel.write(stdin)
    }

    client.on('error', broken)
    client.on('close', lost)
    within.signal.addEventListener(
      'abort',
      () => {
        end('aborted')
      },
      { signal: settled.signal },
    )
    if (within.signal.aborted) {
      end('aborted')
      return
    }
    // Timers run before sockets are read. After a stall of this process an answer may be there
    // already, unread: one whole turn of the event loop passes before it counts as none.
    void within.clock.wait(windowIn(startWindowMs, within), settled.signal).then(() => {
      setImmediate(() => {
        if (state.channel === undefined) end('exec-stalled')
      })
    })
    void within.clock.wait(within.deadline.leftMs(), settled.signal).then(() => {
      setImmediate(() => {
        end(state.channel === undefined ? 'exec-stalled' : 'late')
      })
    })
    try {
      client.exec(line, (error, channel) => {
        if (error !== undefined) end(endOfExecError(error))
        else follow(channel)
      })
    } catch {
      // A connection that has ended is thrown, not called back with; any other fault ends it, too.
      lost()
    }
  })

/** Our own clock, or the kernel's, has given up waiting for the other side. */
export const isSilence = (error: Error & ClientErrorExtensions): boolean =>
  error.level === 'client-timeout' || ('code' in error && error.code === 'ETIMEDOUT')

/** Enough to recognise what sudo says when it refuses. */
const stderrBytesKept = 4096

/** Only kinds are looked at: the message may hold what the suspect sent. */
const endOfExecError = (error: Error): SessionEnd => {
  if ('reason' in error && typeof error.reason === 'number') return 'channel-refused'
  return error.message === 'Unable to exec' ? 'exec-refused' : 'contact-lost'
}

/** Whoever closes or resets a connection has been heard; a kernel that gave up waiting has not. */
export const listen = (socket: Socket, onHeard: () => void): void => {
  socket.on('data', onHeard).on('end', onHeard)
  socket.on('error', (error) => {
    if (!isSilence(error)) onHeard()
  })
}
