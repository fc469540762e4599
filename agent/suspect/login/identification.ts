/** Tells when the suspect's sshd has identified itself, which ssh2 does not. */
import type { Socket } from 'node:net'

/**
 * What may stand before the identification, in bytes. ssh2 takes 8 MB, and reads all of it anew
 * with every packet: that would keep this whole process, and every other fence in it, busy for
 * seconds.
 */
const greetingBytesMax = 65_536

const lineBegin = '\nSSH-'

/**
 * How much of what stands before it is kept, in characters: what sshd says when it closes is short.
 */
const greetingKept = 512

/**
 * Gives what has come before the identification so far. Calls back once: when a line that begins
 * with `SSH-` has come, or when more came without one than anybody has to say. To be called after
 * the client has the socket and paused it: a listener here must not start the flow before the
 * client's own.
 */
export const watchIdentification = (
  socket: Socket,
  identified: () => void,
  tooLong: () => void,
): (() => string) => {
  let bytes = 0
  // The stream begins as every line does: after an end of line.
  let tail = '\n'
  let greeting = ''
  const read = (chunk: Buffer): void => {
    bytes += chunk.length
    const came = chunk.toString('latin1')
    greeting += came.slice(0, greetingKept - greeting.length)
    const text = tail + came
    tail = text.slice(1 - lineBegin.length)
    const isIdentified = text.includes(lineBegin)
    if (!isIdentified && bytes <= greetingBytesMax) return
    socket.off('data', read)
    if (isIdentified) identified()
    else tooLong()
  }
  socket.on('data', read)
  return () => greeting
}
