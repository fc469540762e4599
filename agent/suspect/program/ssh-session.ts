/** A login that several commands share. */
import type { Socket } from 'node:net'
import type { Client } from 'ssh2'
import { runCommand } from './command.ts'
import type { Command } from './command.ts'
import type { CommandEnd } from '../session-end.ts'
import type { Within } from '../../base/time/deadline.ts'

/** How long a polite goodbye may take before the socket is destroyed, in ms. */
const goodbyeMs = 500

export interface Session {
  readonly run: (command: Command, within: Within) => Promise<CommandEnd>
  /**
   * False once the connection has ended, or a command of it was cut off: it may hang for all of
   * them then, so that no further one is trusted to it. Those that run may still end.
   */
  readonly isFit: () => boolean
  /** Resolves when the connection has ended, however. */
  readonly ended: Promise<void>
  readonly close: () => void
}

/** Takes over a client that has logged in. */
export const createSession = (client: Client, socket: Socket): Session => {
  let running = 0
  let isFit = true
  const ended = new Promise<void>((resolve) => {
    client.on('close', () => {
      isFit = false
      resolve()
    })
  })
  return {
    run: async (command, within) => {
      running += 1
      const end = await runCommand({ client, socket }, command, within)
      running -= 1
      // A channel too many is the suspect's answer about that channel alone.
      if (end.kind === 'cut-off' && end.end !== 'channel-refused') isFit = false
      if (!isFit && running === 0) socket.destroy()
      return end
    },
    isFit: () => isFit,
    ended,
    close: () => {
      isFit = false
      client.end()
      socket.setTimeout(goodbyeMs, () => {
        socket.destroy()
      })
    },
  }
}
