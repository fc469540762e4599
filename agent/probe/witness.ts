/** Our own health: does anybody but the suspect answer us, on the way that leads to the suspect? */
import type { WitnessSeen } from '../domain/evidence.ts'
import { isSameAddress, parseProbeAddress, zonedAddress } from './address.ts'
import type { ProbeAddress } from './address.ts'
import { askGateways, askNeighbour, askPath, ping } from './ask.ts'
import type { Look, Path } from './ask.ts'
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

/**
 * The configured witnesses; where there are none the gateways: those on the way to the suspect, then those of the
 * default routes. Each once, and never an address of the suspect, in whatever spelling.
 */
export const chooseWitnesses = async (
  look: Look,
  configured: readonly string[],
  suspects: readonly ProbeAddress[],
  paths: readonly SuspectPath[],
): Promise<readonly string[]> => {
  const named = configured.length > 0 ? configured : await findGateways(look, suspects, paths)
  const own = new Set(suspects.map(({ plain }) => plain))
  const chosen = new Map<string, string>()
  for (const text of named) {
    const parsed = parseProbeAddress(text)
    if (parsed !== undefined && own.has(parsed.plain)) continue
    chosen.set(parsed === undefined ? text : zonedAddress(parsed), text)
  }
  return [...chosen.values()].slice(0, witnessesMax)
}

const findGateways = async (
  look: Look,
  suspects: readonly ProbeAddress[],
  paths: readonly SuspectPath[],
): Promise<readonly string[]> => {
  const onTheWay = paths.flatMap(({ path }) =>
    path.kind === 'off-link' ? [zonedGateway(path.gateway, path.device)] : [],
  )
  const families = [...new Set(suspects.map(({ family }) => family))]
  const defaults = await Promise.all(
    families.map(async (family) => await askGateways(look, family)),
  )
  return [...onTheWay, ...defaults.flat()]
}

export const notAsked = (address: string): WitnessSeen => ({
  address,
  answered: 'not-run',
  vouchesFor: [],
})

/** `not-run` also for our own address, which always answers, and for a witness on another network. */
export const askWitness = async (
  look: Look,
  text: string,
  suspects: readonly SuspectPath[],
): Promise<WitnessSeen> => {
  const address = parseProbeAddress(text)
  if (address === undefined) return notAsked(text)
  const seen = await askPath(look, address)
  if (seen.kind !== 'path') return notAsked(text)
  const { path } = seen
  const vouchedFor = suspects.filter((suspect) => vouchesFor(suspect, address, path))
  if (vouchedFor.length === 0) return notAsked(text)
  const answered = await askAlong(look, address, path)
  return { address: text, answered, vouchesFor: vouchedFor.map((suspect) => suspect.text) }
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

const askAlong = async (
  look: Look,
  address: ProbeAddress,
  path: Path,
): Promise<WitnessSeen['answered']> => {
  const echo = await ping(look, address, path.source, witnessPing)
  if (echo === 'replied') return 'yes'
  if (echo === 'own-trouble' || echo === 'not-run') return 'not-run'
  // Some gateways answer no ping: a fresh answer to ARP or ND is one as well.
  return path.kind === 'on-link' ? await askWitnessNeighbour(look, address, path) : 'no'
}

const askWitnessNeighbour = async (
  look: Look,
  address: ProbeAddress,
  path: Path,
): Promise<WitnessSeen['answered']> => {
  const { clock, signal, sinceMs } = look
  const untilMs = clock.nowMs() + witnessNeighbourMs
  while (!signal.aborted) {
    const now = await askNeighbour(look, address, path.device)
    const nowMs = clock.nowMs()
    if (now.kind !== 'known') return 'no'
    // Ages are cut to whole seconds: only what was surely confirmed in this look lets us vouch.
    if (isSurelyWithin(now.confirmedSec, nowMs - sinceMs)) return 'yes'
    if (nowMs >= untilMs) return 'no'
    await clock.wait(pollMs, signal)
  }
  return 'not-run'
}
