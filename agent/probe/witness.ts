/** Our own health: does anybody but the suspect answer us, on the way that leads to the suspect? */
import type { WitnessSeen } from '../domain/evidence.ts'
import type { CallerConnection } from '../fence/request.ts'
import { isSameAddress, parseProbeAddress, zonedAddress } from './address.ts'
import type { ProbeAddress } from './address.ts'
import { askGateways, askNeighbour, askPath, ping, probeNeighbour } from './ip-and-ping.ts'
import type { Path } from './ip-and-ping.ts'
import type { ProbeRun } from './probe-run.ts'
import { askConnection } from './connection.ts'
import { pollMs, witnessesMax, witnessNeighbourMs, witnessPing } from './limits.ts'
import { isSurelyWithin } from './neighbour-judge.ts'
import { zonedGateway } from './route-json.ts'

/** The way to one address of the suspect. */
export interface SuspectPath {
  /** As the request spells it. */
  readonly text: string
  readonly address: ProbeAddress
  readonly path: Path
}

export interface Witness {
  readonly text: string
  /** Of the caller: the connection that the request came by. */
  readonly connection?: CallerConnection
}

export interface WitnessSources {
  readonly configured: readonly string[]
  readonly caller: CallerConnection | undefined
}

/**
 * The configured witnesses; where there are none the gateways: those on the way to the suspect, then those of the
 * default routes. And the caller. Each once, and never an address of the suspect, in whatever spelling.
 */
export const chooseWitnesses = async (
  probe: ProbeRun,
  { configured, caller }: WitnessSources,
  suspects: readonly ProbeAddress[],
  paths: readonly SuspectPath[],
): Promise<readonly Witness[]> => {
  const named = configured.length > 0 ? configured : await findGateways(probe, suspects, paths)
  const chosen = new Map<string, Witness>()
  for (const text of named.slice(0, witnessesMax)) chosen.set(canonical(text), { text })
  if (caller !== undefined) {
    const text = caller.remoteAddress
    chosen.set(canonical(text), { text, connection: caller })
  }
  const isSuspect = ({ text }: Witness): boolean =>
    suspects.some(({ plain }) => isSameAddress(text, plain))
  return [...chosen.values()].filter((witness) => !isSuspect(witness))
}

const canonical = (text: string): string => {
  const parsed = parseProbeAddress(text)
  return parsed === undefined ? text : zonedAddress(parsed)
}

const findGateways = async (
  probe: ProbeRun,
  suspects: readonly ProbeAddress[],
  paths: readonly SuspectPath[],
): Promise<readonly string[]> => {
  const onTheWay = paths.flatMap(({ path }) =>
    path.kind === 'off-link' ? [zonedGateway(path.gateway, path.device)] : [],
  )
  const families = [...new Set(suspects.map(({ family }) => family))]
  const defaults = await Promise.all(
    families.map(async (family) => await askGateways(probe, family)),
  )
  return [...onTheWay, ...defaults.flat()]
}

export const notAsked = (address: string): WitnessSeen => ({
  address,
  answered: 'not-run',
  vouchesFor: [],
})

/**
 * `not-run` also for our own address, which always answers, and for a witness on another network. `before` is its
 * earlier answer, where there was one: it is asked once more in the same way.
 */
export const askWitness = async (
  probe: ProbeRun,
  { text, connection }: Witness,
  suspects: readonly SuspectPath[],
  before?: WitnessSeen,
): Promise<WitnessSeen> => {
  const address = parseProbeAddress(text)
  if (address === undefined) return notAsked(text)
  const seen = await askPath(probe, address)
  if (seen.kind !== 'path') return notAsked(text)
  const { path } = seen
  const vouchedFor = suspects
    .filter((suspect) => vouchesFor(suspect, address, path))
    .map((suspect) => suspect.text)
  if (vouchedFor.length === 0) return notAsked(text)
  let answered: WitnessSeen['answered'] = 'not-run'
  for (const way of waysTo({ address, path, connection }, before?.by)) {
    answered = await way.ask(probe)
    if (answered === 'yes') {
      return { address: text, answered, by: way.by, vouchesFor: vouchedFor }
    }
  }
  return { address: text, answered, vouchesFor: vouchedFor }
}

/**
 * Whether an answer of the witness says that our way to the suspect works: by the same protocol and the same
 * device, and for a suspect behind a gateway by that gateway. A witness on another network proves another
 * network, and IPv4 proves nothing of an IPv6 that our own firewall drops, neighbour discovery included.
 */
const vouchesFor = (suspect: SuspectPath, witness: ProbeAddress, path: Path): boolean => {
  if (suspect.address.family !== witness.family) return false
  if (suspect.path.device !== path.device) return false
  if (suspect.path.kind === 'on-link') return true
  return (
    isSameAddress(witness.plain, suspect.path.gateway) ||
    (path.kind === 'off-link' && path.gateway === suspect.path.gateway)
  )
}

interface Way {
  readonly by: NonNullable<WitnessSeen['by']>
  readonly ask: (probe: ProbeRun) => Promise<WitnessSeen['answered']>
}

interface Asked {
  readonly address: ProbeAddress
  readonly path: Path
  readonly connection: CallerConnection | undefined
}

/** The quick one first; only the one way where it is named. */
const waysTo = ({ address, path, connection }: Asked, only: Way['by'] | undefined) => {
  const ways: Way[] = [{ by: 'echo', ask: async (probe) => await askEcho(probe, address, path) }]
  if (connection !== undefined) {
    ways.push({ by: 'tcp', ask: async (probe) => await askConnection(probe, connection) })
  }
  // Some gateways answer no ping: a fresh answer to ARP or ND is one as well.
  if (path.kind === 'on-link') {
    ways.push({
      by: 'neighbour',
      ask: async (probe) => await askWitnessNeighbour(probe, address, path),
    })
  }
  return ways.filter(({ by }) => only === undefined || by === only)
}

const askEcho = async (
  probe: ProbeRun,
  address: ProbeAddress,
  path: Path,
): Promise<WitnessSeen['answered']> => {
  const echo = await ping(probe, address, path.source, witnessPing)
  if (echo === 'replied') return 'yes'
  return echo === 'own-trouble' || echo === 'not-run' ? 'not-run' : 'no'
}

const askWitnessNeighbour = async (
  probe: ProbeRun,
  address: ProbeAddress,
  { device }: Path,
): Promise<WitnessSeen['answered']> => {
  const { clock, signal } = probe
  const beganMs = clock.nowMs()
  const first = await askNeighbour(probe, address, device)
  const isAsked = first.kind === 'known' && (await probeNeighbour(probe, address, device))
  while (!signal.aborted) {
    const now = await askNeighbour(probe, address, device)
    const nowMs = clock.nowMs()
    if (now.kind === 'unreadable') return 'not-run'
    if (now.kind !== 'known') return 'no'
    // It was in PROBE a moment ago, and only an answer leads from there to here.
    if (isAsked && now.state === 'REACHABLE') return 'yes'
    // Ages are cut to whole seconds: only what was surely confirmed since we ask lets us vouch.
    if (isSurelyWithin(now.confirmedSec, nowMs - beganMs)) return 'yes'
    if (nowMs - beganMs >= witnessNeighbourMs) return 'no'
    await clock.wait(pollMs, signal)
  }
  return 'not-run'
}
