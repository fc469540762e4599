/** `monitor`: whether as many peers as have to agree could fence now. It asks no host. */
import { exchange } from '../../client/exchange.ts'
import type { Peer } from '../../client/peer.ts'
import { readyPath } from '../../contract/api/paths.ts'
import type { Terminal } from '../subcommand.ts'
import { plain } from '../print-answer.ts'
import type { FenceAgentConfig } from './settings.ts'

const limits = { connectMs: 2_000, totalMs: 5_000 }

export const monitor = async (
  { peers, quorum, credentials }: FenceAgentConfig,
  terminal: Pick<Terminal, 'err'>,
): Promise<boolean> => {
  const faults = await Promise.all(peers.map(async (peer) => await faultOf(peer, credentials)))
  for (const fault of faults) if (fault !== undefined) terminal.err(`${plain(fault)}\n`)
  return faults.filter((fault) => fault === undefined).length >= quorum
}

/** Undefined of a peer that is ready. */
const faultOf = async (
  peer: Peer,
  credentials: FenceAgentConfig['credentials'],
): Promise<string | undefined> => {
  const exchanged = await exchange(peer, { method: 'GET', path: readyPath }, credentials, limits)
  if (exchanged.kind === 'unanswered') return `${peer.name}: no answer: ${exchanged.because}`
  const { status, body } = exchanged
  return status === 200 ? undefined : `${peer.name}: not ready (${status}): ${body}`
}
