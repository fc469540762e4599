/** Whom to ask, in which order, and how many of them have to agree. */
import { parsePeer, placeOf } from '../client/peer.ts'
import type { Peer } from '../client/peer.ts'
import type { Arguments } from './subcommand.ts'

const peersMax = 16

export interface Via {
  readonly peers: readonly Peer[]
  readonly quorum: number
}

/** A text says what is wrong. */
export const viaOf = ({ text }: Pick<Arguments, 'text'>): Via | string => {
  const names = text('via')?.split(',') ?? []
  if (names.length === 0) return '--via is missing'
  if (names.length > peersMax) return `--via takes at most ${peersMax} peers`
  const peers = names.flatMap((name) => parsePeer(name) ?? [])
  if (peers.length < names.length) {
    return '--via has to be ADDRESS:PORT, https://NAME:PORT or unix:/PATH, separated by commas, each with @DOMAIN or without'
  }
  if (new Set(peers.map(placeOf)).size < peers.length) return '--via names one peer twice'
  const quorum = Number(text('quorum') ?? 1)
  const domains = new Set(peers.map(({ domain, name }) => domain ?? ` ${name}`)).size
  if (!Number.isInteger(quorum) || quorum < 1 || quorum > domains) {
    return `--quorum has to be a number from 1 to that of the peers of different domains (${domains})`
  }
  return { peers, quorum }
}
