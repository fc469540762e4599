/** Whether a witness on a link of ours answers ARP, asked afresh. */
import type { WitnessSeen } from '../domain/silence-evidence.ts'
import type { ProbeAddress } from './address.ts'
import { askNeighbour, probeNeighbour } from './ip-and-ping.ts'
import type { Path } from './ip-and-ping.ts'
import { pollMs, witnessNeighbourMs } from './limits.ts'
import { isSurelyWithin, spanOf } from './neighbour-judge.ts'
import type { ProbeRun } from './probe-run.ts'

/** Only IPv4 is asked: neighbour discovery is no more than another kind of IP. */
export const askWitnessNeighbour = async (
  probe: ProbeRun,
  address: ProbeAddress,
  path: Path,
  beganMs: number,
): Promise<WitnessSeen['neighbour']> => {
  if (path.kind === 'off-link') return 'off-link'
  if (address.family === 'ipv6') return 'not-run'
  const { clock, signal } = probe
  const first = await askNeighbour(probe, address, path.device)
  const isAsked = first.kind === 'known' && (await probeNeighbour(probe, address, path.device))
  while (!signal.aborted) {
    const fromMs = clock.nowMs()
    const now = await askNeighbour(probe, address, path.device)
    const toMs = clock.nowMs()
    if (now.kind === 'unreadable') return 'not-run'
    if (now.kind !== 'known') return 'no'
    // It was in PROBE a moment ago, and only an answer leads from there to here.
    if (isAsked && now.state === 'REACHABLE') return 'answered'
    // Ages are cut to whole seconds: only what was surely confirmed since we ask lets us vouch.
    if (isSurelyWithin(now.confirmedSec, spanOf({ fromMs, toMs }, beganMs))) return 'answered'
    if (toMs - beganMs >= witnessNeighbourMs) return 'no'
    await clock.wait(pollMs, signal)
  }
  return 'not-run'
}
