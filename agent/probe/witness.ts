/** Our own health: does anybody but the suspect answer us, on the way that leads to the suspect? */
import type { WitnessSeen } from '../domain/silence-evidence.ts'
import type { CallerConnection } from '../fence/request.ts'
import { isBeside, isSameAddress, parseProbeAddress, zonedAddress } from './address.ts'
import type { ProbeAddress } from './address.ts'
import { askGateways, askPath, ping } from './ip-and-ping.ts'
import type { Path } from './ip-and-ping.ts'
import type { ProbeRun } from './probe-run.ts'
import { askConnection } from './connection.ts'
import { witnessesMax, witnessPing, witnessPortMs } from './limits.ts'
import { parseAddressPort } from '../base/net/host-port.ts'
import { askWitnessNeighbour } from './witness-neighbour.ts'
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
  /** A TCP port of it that takes connections, where the operator names one. */
  readonly port?: number | undefined
  /** Of the caller: the connection that the request came by. */
  readonly connection?: CallerConnection
}

export interface WitnessSources {
  readonly configured: readonly string[]
  readonly caller: CallerConnection | undefined
}

/**
 * The configured witnesses; where there are none the gateways: those on the way to the suspect,
 * then those of the default routes. And the caller. Each once, and never an address of the suspect,
 * in whatever spelling.
 */
export const chooseWitnesses = async (
  probe: ProbeRun,
  { configured, caller }: WitnessSources,
  suspects: readonly ProbeAddress[],
  paths: readonly SuspectPath[],
): Promise<readonly Witness[]> => {
  const named = configured.length > 0 ? configured : await findGateways(probe, suspects, paths)
  const chosen = new Map<string, Witness>()
  for (const entry of named.slice(0, witnessesMax)) {
    const { address: text, port } = parseAddressPort(entry) ?? { address: entry, port: undefined }
    chosen.set(canonical(text), { text, port })
  }
  if (caller !== undefined) {
    const text = caller.remoteAddress
    const { port } = chosen.get(canonical(text)) ?? {}
    chosen.set(canonical(text), { text, port, connection: caller })
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
  besides: [],
  neighbour: 'not-run',
  port: 'not-run',
})

/**
 * `not-run` also for our own address, which always answers, and for a witness on another network.
 * `before` is its earlier answer, where there was one: it is asked once more in the same way.
 */
export const askWitness = async (
  probe: ProbeRun,
  { text, port, connection }: Witness,
  suspects: readonly SuspectPath[],
  before?: WitnessSeen,
): Promise<WitnessSeen> => {
  const address = parseProbeAddress(text)
  if (address === undefined) return notAsked(text)
  const seen = await askPath(probe, address)
  if (seen.kind !== 'path') return notAsked(text)
  const { path } = seen
  const vouched = suspects.filter((suspect) => vouchesFor(suspect, address, path))
  if (vouched.length === 0) return notAsked(text)
  const beganMs = probe.clock.nowMs()
  const knocking = askPort(probe, address, port)
  const heard = await askIp({ probe, address, path, connection, knocking }, before?.by)
  return {
    address: text,
    ...heard,
    vouchesFor: vouched.map((suspect) => suspect.text),
    besides: vouched
      .filter((suspect) => isBeside(suspect.address, address))
      .map((suspect) => suspect.text),
    neighbour:
      heard.answered === 'yes'
        ? await askWitnessNeighbour(probe, address, path, beganMs)
        : 'not-run',
    port: await knocking,
  }
}

/**
 * Whether an answer of the witness says that our way to the suspect works: by the same protocol and
 * the same device, and for a suspect behind a gateway by that gateway. A witness on another network
 * proves another network, and IPv4 proves nothing of an IPv6 that our own firewall drops, neighbour
 * discovery included.
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

interface Asked {
  readonly probe: ProbeRun
  readonly address: ProbeAddress
  readonly path: Path
  readonly connection: CallerConnection | undefined
  readonly knocking: Promise<WitnessSeen['port']>
}

/** The quick way first; only the one way where it is named. ARP alone says nothing of IP. */
const askIp = async (
  { probe, address, path, connection, knocking }: Asked,
  only: WitnessSeen['by'],
): Promise<Pick<WitnessSeen, 'answered' | 'by'>> => {
  const ways = {
    echo: async () => await askEcho(probe, address, path),
    port: async () => answerOf(await knocking),
    tcp: async () =>
      connection === undefined ? 'not-run' : await askConnection(probe, connection),
  }
  let worst: WitnessSeen['answered'] = 'not-run'
  for (const by of ['echo', 'port', 'tcp'] as const) {
    if (only !== undefined && by !== only) continue
    const answered = await ways[by]()
    if (answered === 'yes') return { answered, by }
    if (answered === 'no') worst = 'no'
  }
  return { answered: worst }
}

const answerOf = (port: WitnessSeen['port']): WitnessSeen['answered'] => {
  if (port === 'answered') return 'yes'
  return port === 'no' ? 'no' : 'not-run'
}

const askPort = async (
  { knock, signal }: ProbeRun,
  address: ProbeAddress,
  port: number | undefined,
): Promise<WitnessSeen['port']> => {
  if (port === undefined) return 'not-named'
  return (await knock(zonedAddress(address), port, witnessPortMs, signal)) ? 'answered' : 'no'
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
