/** One TCP connection to a port that the operator has named for a witness. */
import { connect } from 'node:net'
import type { Knock } from './probe-run.ts'

/** A refusal is no answer: a firewall on the way, or one of our own, can have made it. */
export const knock: Knock = (address, port, timeoutMs, signal) =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port, signal, timeout: timeoutMs })
    const end = (isTaken: boolean) => () => {
      socket.destroy()
      resolve(isTaken)
    }
    socket.once('connect', end(true)).once('timeout', end(false)).on('error', end(false))
  })
