/** One command in an open session, to the one way in which it ended. */
import type { Socket } from 'node:net'
import type { Client, ClientChannel } from 'ssh2'
import type { Phase } from '../fence/trail.ts'
import { createCapture } from './capture.ts'
import type { CommandEnd, SessionEnd } from './outcome.ts'
import { windowIn } from './within.ts'
import type { Within } from './within.ts'

/** How long the suspect may take to grant a channel and to start the command, in ms. */
export const execWindowMs = 6000

/** After the exit, how long the channel may take to close: a child may hold its stdout open. */
export const drainWindowMs = 250

export interface CommandLimits {
  readonly stdoutBytesMax: number
}

/**
 * Only the channel's own `exit` event is an end of the command; a close without one is a lost
 * contact. `stdin` is written at once and stays open until the command has ended: the program
 * takes its end for "the peer is gone". Settles once, within the budget; never rejects. Whenever
 * the command did not end by itself, the socket is destroyed.
 */
export const runCommand = (
  { client, socket }: { readonly client: Client; readonly socket: Socket },
  command: string,
  stdin: string,
  { stdoutBytesMax }: CommandLimits,
  within: Within,
  onPhase: (phase: Phase) => void,
): Promise<CommandEnd> =>
  new Promise((resolve) => {
    const settled = new AbortController()
    const state: { isAnswered: boolean; exit: (() => CommandEnd) | undefined } = {
      isAnswered: false,
      exit: undefined,
    }
    const settle = (ended: CommandEnd): void => {
      if (settled.signal.aborted) return
      settled.abort()
      if (ended.kind === 'cut-off') socket.destroy()
      resolve(ended)
    }
    // Once the exit has come, whatever ends the session after it does not take it back.
    const end = (why: SessionEnd): void => {
      settle(state.exit?.() ?? { kind: 'cut-off', end: why })
    }
    const lost = (): void => {
      end('contact-lost')
    }
    const follow = (channel: ClientChannel): void => {
      state.isAnswered = true
      onPhase('run')
      const tooLong = (): void => {
        settle({ kind: 'cut-off', end: 'output-too-long' })
      }
      const stdout = createCapture(channel, stdoutBytesMax, stdoutBytesMax, tooLong)
      const stderr = createCapture(channel.stderr, stderrBytesKept, stdoutBytesMax, tooLong)
      // Bytes after their own end are an error of the stream, and nobody's but ours to listen to.
      channel.on('error', lost)
      channel.stderr.on('error', lost)
      channel.on('close', lost)
      channel.on('exit', (code: number | null) => {
        state.exit = () =>
          code === null
            ? { kind: 'signalled', stdout: stdout() }
            : { kind: 'exited', code, stdout: stdout(), stderrHead: stderr() }
        void within.clock.wait(drainWindowMs, settled.signal).then(lost)
      })
      channel.write(stdin)
    }

    client.on('error', lost)
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
    onPhase('channel')
    void within.clock.wait(windowIn(execWindowMs, within), settled.signal).then(() => {
      if (!state.isAnswered) end('exec-stalled')
    })
    void within.clock.wait(within.deadline.leftMs(), settled.signal).then(() => {
      end(state.isAnswered ? 'late' : 'exec-stalled')
    })
    try {
      client.exec(command, (error, channel) => {
        if (error !== undefined) end(endOfExecError(error))
        else follow(channel)
      })
    } catch {
      // A connection that has ended is thrown, not called back with; any other fault ends it, too.
      lost()
    }
  })

/** Enough to recognise what sudo says when it refuses. */
const stderrBytesKept = 4096

/** Only kinds are looked at: the message may hold what the suspect sent. */
const endOfExecError = (error: Error): SessionEnd => {
  if ('reason' in error && typeof error.reason === 'number') return 'channel-refused'
  return error.message === 'Unable to exec' ? 'exec-refused' : 'contact-lost'
}
