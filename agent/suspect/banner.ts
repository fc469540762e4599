/** Tells when the suspect's sshd has identified itself, which ssh2 does not. */
import type { Socket } from 'node:net'

/** What may stand before the identification, in bytes; ssh2 gives up on longer lines by itself. */
const kept = 8192

/**
 * Calls back once, when a line that begins with `SSH-` has come. To be called after the client has
 * the socket and paused it: a listener here must not start the flow before the client's own.
 */
export const watchIdentification = (socket: Socket, identified: () => void): void => {
  let text = ''
  const read = (chunk: Buffer): void => {
    text = (text + chunk.toString('latin1')).slice(-kept)
    if (!/(?:^|\n)SSH-/.test(text)) return
    socket.off('data', read)
    identified()
  }
  socket.on('data', read)
}
