/**
 * The caller's own TCP connection as a witness: an acknowledgement that arrived a moment ago shows
 * that this peer sends and receives, also where the caller answers no ping. Keepalive makes one
 * come every second.
 */
import type { WitnessSeen } from '../domain/silence-evidence.ts'
import type { CallerConnection } from '../fence/request.ts'
import { isSameAddress } from './address.ts'
import type { ProbeRun } from './probe-run.ts'
import { ackSlackMs, pollMs, toolTimeoutMs, witnessConnectionMs } from './limits.ts'

/** `yes` needs an acknowledgement that arrived surely after this question began. */
export const askConnection = async (
  probe: ProbeRun,
  connection: CallerConnection,
): Promise<WitnessSeen['answered']> => {
  const { clock, signal, run } = probe
  const beganMs = clock.nowMs()
  const ports = `( sport = :${connection.localPort} and dport = :${connection.remotePort} )`
  while (!signal.aborted) {
    // The age is counted from before the tool ran, so that it is never taken for younger than it
    // is.
    const readMs = clock.nowMs()
    const end = await run('ss', ['-n', '-t', '-i', ports], toolTimeoutMs, signal)
    if (end.kind !== 'exited' || end.code !== 0) return 'not-run'
    const seen = readLastAck(connection, end.stdout)
    if (seen.kind === 'no-connection') return 'no'
    if (seen.kind === 'acked' && readMs - seen.agoMs - ackSlackMs > beganMs) return 'yes'
    if (readMs - beganMs >= witnessConnectionMs) return 'no'
    await clock.wait(pollMs, signal)
  }
  return 'not-run'
}

export type LastAck =
  | { readonly kind: 'acked'; readonly agoMs: number }
  /** The kernel does not say; `ss` leaves out an age of 0. */
  | { readonly kind: 'not-told' }
  | { readonly kind: 'no-connection' }

/** One line for the connection, then lines with a blank in front about it. */
const connectionLine = /^ESTAB\s+\d+\s+\d+\s+(\S+):(\d+)\s+(\S+):(\d+)\s*/
const lastAck = /\slastack:(\d+)(?:\s|$)/

/**
 * Reads `ss -n -t -i`: the age of the last acknowledgement of exactly this established connection.
 */
export const readLastAck = (connection: CallerConnection, text: string): LastAck => {
  const [found, ...more] = text
    .split(/\n(?=\S)/)
    .filter((paragraph) => isOf(connection, connectionLine.exec(paragraph)))
  if (found === undefined || more.length > 0) return { kind: 'no-connection' }
  const [, ago] = lastAck.exec(found) ?? []
  return ago === undefined ? { kind: 'not-told' } : { kind: 'acked', agoMs: Number(ago) }
}

const isOf = (connection: CallerConnection, match: RegExpExecArray | null): boolean => {
  const [, local = '', localPort, remote = '', remotePort] = match ?? []
  return (
    Number(localPort) === connection.localPort &&
    Number(remotePort) === connection.remotePort &&
    isSameAddress(bare(local), connection.localAddress) &&
    isSameAddress(bare(remote), connection.remoteAddress)
  )
}

/**
 * Without brackets, and an IPv4 address as such: a socket that listens on both shows it dressed as
 * IPv6.
 */
const bare = (address: string): string =>
  address.replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:(?=[0-9.]+$)/, '')
