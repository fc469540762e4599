/**
 * Tells a host that is slow from one whose kernel is gone, on a connection that is open: our kernel
 * counts what it has sent and nobody has acknowledged. It gives up by itself after a quarter of an
 * hour; here it is taken at its word after seconds. An sshd that says nothing over a connection
 * that is acknowledged is slow, and is waited for elsewhere.
 */
import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import type { Socket } from 'node:net'
import type { Clock } from '../../base/time/clock.ts'

/** Where nothing came for so long, in ms, the count is looked at. */
export const ackPollMs = 1000

/** Where nothing is on its way, the kernel asks the other one so often, in ms. */
const keepaliveMs = 1000

/** Unanswered for so long, in ms, and so many times: a link that fails over is back by then. */
export const goneMs = 4000
const unansweredMin = 3

/** The kernel's table of connections in our network namespace; empty where it cannot be read. */
export type ReadTable = (family: 'tcp' | 'tcp6') => Promise<string>

export const readTable: ReadTable = async (family) =>
  await readFile(`/proc/self/net/${family}`, 'latin1').catch(() => '')

/** Destroys the socket as the kernel would: with ETIMEDOUT. Ends with the socket. */
export const watchAcks = (socket: Socket, clock: Clock, read: ReadTable = readTable): void => {
  const closed = new AbortController()
  socket.once('close', () => {
    closed.abort()
  })
  socket.setKeepAlive(true, keepaliveMs)
  void watch(socket, clock, closed.signal, read)
}

const watch = async (
  socket: Socket,
  clock: Clock,
  closed: AbortSignal,
  read: ReadTable,
): Promise<void> => {
  let heardBytes = socket.bytesRead
  let sinceMs: number | undefined
  for (;;) {
    await clock.wait(ackPollMs, closed)
    if (closed.aborted) return
    const isHeard = socket.bytesRead !== heardBytes
    heardBytes = socket.bytesRead
    const count = isHeard ? 0 : await countUnanswered(socket, read)
    sinceMs = count === 0 ? undefined : (sinceMs ?? clock.nowMs())
    if (sinceMs === undefined || count < unansweredMin) continue
    if (clock.nowMs() - sinceMs >= goneMs) {
      const error = new Error('nothing is acknowledged any more')
      socket.destroy(Object.assign(error, { code: 'ETIMEDOUT' }))
    }
  }
}

/** Retransmissions and probes that nobody has answered; 0 where that is not known. */
const countUnanswered = async (socket: Socket, read: ReadTable): Promise<number> => {
  const { localPort = 0, remotePort = 0, remoteAddress = '' } = socket
  const table = await read(isIPv6(remoteAddress) ? 'tcp6' : 'tcp')
  return unansweredOf(table, localPort, `${hexOf(remoteAddress)}:${hexPort(remotePort)}`)
}

/** `remote` as the table has it. */
export const unansweredOf = (table: string, localPort: number, remote: string): number => {
  for (const line of table.split('\n')) {
    // Number, local, remote, state, queues, timer, retransmissions (hex), uid, probes, ...
    const [, local, other, , , , retransmissions = '', , probes = ''] = line.trim().split(/\s+/)
    if (other !== remote || local?.endsWith(`:${hexPort(localPort)}`) !== true) continue
    return Number.parseInt(retransmissions, 16) + Number(probes)
  }
  return 0
}

const hexPort = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')

/** As the table writes an address: 32 bits at a time, the last byte first. */
export const hexOf = (address: string): string =>
  bytesOf(address)
    .toString('hex')
    .toUpperCase()
    .replaceAll(/(..)(..)(..)(..)/g, '$4$3$2$1')

const bytesOf = (address: string): Buffer => {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number))
  const [plain = ''] = address.split('%')
  const [left = '', right] = plain.split('::')
  const groupsOf = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const [before, after] = [groupsOf(left), groupsOf(right ?? '')]
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0)
  return Buffer.from([...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 255]))
}
