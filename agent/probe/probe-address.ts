/** Everything but TCP at one address of the suspect. */
import type { ProbeAddress } from './address.ts'
import { askPath, ping } from './ip-and-ping.ts'
import type { Path, PathSeen } from './ip-and-ping.ts'
import type { ProbeRun } from './probe-run.ts'
import { offLinkPing } from './limits.ts'
import { probeOnLink } from './probe-on-link.ts'
import type { Seen } from './probe-on-link.ts'

export const notRun: Seen = { echo: 'not-run', neighbour: 'not-run' }
const ownTrouble: Seen = { echo: 'own-trouble', neighbour: 'own-trouble' }

/** Whether somebody answered: then nothing else has to be found out. */
export const showsLife = ({ echo, neighbour }: Seen): boolean =>
  echo === 'replied' || echo === 'icmp-error' || neighbour === 'answered'

/**
 * `before` is the way to the address; it has to be the same at the end, or silence means nothing.
 */
export const probeAddress = async (
  probe: ProbeRun,
  address: ProbeAddress,
  before: PathSeen,
): Promise<Seen> => {
  if (before.kind === 'not-run') return notRun
  if (before.kind !== 'path') return ownTrouble
  const seen = await probeAlong(probe, address, before.path)
  if (showsLife(seen)) return seen
  const after = await askPath(probe, address)
  if (after.kind === 'not-run') return { ...seen, ...notRun }
  return after.kind === 'path' && isSamePath(before.path, after.path)
    ? seen
    : { ...seen, ...ownTrouble }
}

const probeAlong = async (probe: ProbeRun, address: ProbeAddress, path: Path): Promise<Seen> => {
  switch (path.kind) {
    case 'on-link':
      return await probeOnLink(probe, address, path)
    case 'off-link':
      return {
        echo: await ping(probe, address, path.source, offLinkPing),
        neighbour: 'off-link',
      }
  }
}

const isSamePath = (one: Path, other: Path): boolean =>
  one.device === other.device && one.source === other.source && firstHop(one) === firstHop(other)

const firstHop = (path: Path): string => (path.kind === 'off-link' ? path.gateway : '')
