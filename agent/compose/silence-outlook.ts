/**
 * For which hosts silence would be refused on the day it matters, and why: in lines for a person.
 */
import { realClock } from '../base/time/real-clock.ts'
import type { HostPort } from '../base/net/host-port.ts'
import { hostPortText } from '../base/net/host-port.ts'
import type { Config } from '../config/config.ts'
import { beyondSilenceSec } from '../config/warnings.ts'
import { createForesee } from '../probe/foresee.ts'
import type { Foresee, Foreseen } from '../probe/foresee.ts'
import { knock } from '../probe/knock.ts'
import { createRunTool, systemTools } from '../probe/run-tool.ts'
import { createAcquaintance } from '../suspect/host-key/acquaintance.ts'
import { createKnownHostsFile } from '../suspect/host-key/known-hosts-file.ts'
import { systemLookup } from '../suspect/reach/resolve.ts'

/** What a management node grants that says nothing else, in s. */
const usualBudgetSec = 20
/** For all of it, in ms: it is no more than a hint. */
const patienceMs = 10_000

const words: Readonly<Record<Exclude<Foreseen, 'counts' | 'itself'> | 'late', string>> = {
  late: 'nobody could tell in time, on a peer or a network that is slow',
  'no-way': 'this peer has no way to it now',
  routed: 'it is reached through a router (probe.routedSilence)',
  ipv6: 'it is reached over IPv6 (probe.routedSilence)',
  'no-witness': 'no witness vouches for the way to it (probe.witnesses)',
}

/** Nothing for a host whose silence would count, and for this very one. */
export const silenceOutlook = async (
  { probe, suspects, ssh }: Pick<Config, 'probe' | 'suspects' | 'ssh'>,
  peers: readonly HostPort[],
  patience = AbortSignal.timeout(patienceMs),
): Promise<readonly string[]> => {
  const run = createRunTool(systemTools)
  const foresee = createForesee(probe, { clock: realClock, run, knock })
  const { contactBefore } = createAcquaintance(createKnownHostsFile(ssh.knownHostsFile))
  const found = await Promise.all(
    peers.map(async ({ host, port }) => {
      const addresses = await systemLookup(host).catch((): readonly string[] => [])
      const whys = new Set(await whysOf(addresses, foresee, patience))
      if (suspects.neverMet === 'refuse') {
        const { by } = await contactBefore([host, ...addresses], port)
        if (by === 'never' || by === 'not-known') whys.add('it was never met (suspects.neverMet)')
      }
      return [...whys].map(
        (why) => `silence of ${hostPortText(host, port)} would not count: ${why}`,
      )
    }),
  )
  const isShort = probe.silenceSec + beyondSilenceSec > usualBudgetSec
  const short = `no silence counts within the usual ${usualBudgetSec} s: a request has to grant ${probe.silenceSec + beyondSilenceSec}`
  return [...found.flat(), ...(isShort && peers.length > 0 ? [short] : [])]
}

const whysOf = async (
  addresses: readonly string[],
  foresee: Foresee,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const found = await Promise.all(
    addresses.map(async (one) => {
      const foreseen = await foresee(one, signal)
      // What was cut short found nothing, which is no fault of the witnesses.
      return signal.aborted ? 'late' : foreseen
    }),
  )
  return found.flatMap((one) => (one === 'counts' || one === 'itself' ? [] : [words[one]]))
}
