/** The port: any sign of life of the suspect, and a proof that we would see one. */
import type { AddressSilence, WitnessSeen } from '../domain/silence-evidence.ts'
import type { Probe, ProbeEvidence } from '../fence/ports.ts'
import type { Clock } from '../base/time/clock.ts'
import { parseProbeAddress } from './address.ts'
import type { ProbeAddress } from './address.ts'
import { askPath } from './ip-and-ping.ts'
import type { PathSeen } from './ip-and-ping.ts'
import type { Knock, ProbeRun } from './probe-run.ts'
import { addressesMax, reserveMs } from './limits.ts'
import { askOwnFilters } from './own-filter.ts'
import type { OwnFilter } from './own-filter.ts'
import { probeAddress, notRun, showsLife } from './probe-address.ts'
import { createOldEntries } from './stale-neighbour.ts'
import type { RunTool } from './run-tool.ts'
import { askWitness, chooseWitnesses, notAsked } from './witness.ts'
import type { SuspectPath, Witness, WitnessSources } from './witness.ts'

export interface ProbeConfig {
  /**
   * Addresses, with a TCP port or without, that have to answer us before silence counts; empty: the
   * gateways.
   */
  readonly witnesses: readonly string[]
}

export interface ProbeDeps {
  readonly clock: Clock
  readonly run: RunTool
  readonly knock: Knock
}

/**
 * `probe` never rejects. It ends `reserveMs` before its budget, or soon after the signal; what had
 * not ended by then is `not-run`, which is no part of any proof. A dead neighbour takes 3 s where
 * the kernel holds no entry for it, and some 5 s where it holds one that may be taken away. Where
 * that is not permitted, it takes 10 s with a stale one, and one that was confirmed a moment ago is
 * not told before the kernel doubts it.
 */
export const createProbe = (config: ProbeConfig, deps: ProbeDeps): Probe => {
  const oldEntries = createOldEntries()
  return {
    probe: async (addresses, budgetMs, signal, { sinceMs, caller }) => {
      const done = new AbortController()
      const late = new AbortController()
      const forBudget = AbortSignal.any([signal, done.signal])
      const budgetOver = deps.clock.wait(Math.max(0, budgetMs - reserveMs), forBudget)
      const stop = (): void => {
        late.abort()
      }
      budgetOver.then(stop, stop)
      const stopped = AbortSignal.any([signal, late.signal])
      const probe: ProbeRun = { ...deps, signal: stopped, sinceMs, oldEntries }
      try {
        const sources = { configured: config.witnesses, caller }
        return await probeAll(probe, addresses, sources)
      } finally {
        done.abort()
      }
    },
  }
}

interface Subject {
  readonly text: string
  readonly address: ProbeAddress | undefined
  readonly path: PathSeen
}

const probeAll = async (
  probe: ProbeRun,
  addresses: readonly string[],
  sources: WitnessSources,
): Promise<ProbeEvidence> => {
  const subjects = await Promise.all(
    addresses.map(async (text, index) => await findSubject(probe, text, index)),
  )
  const parsed = subjects.flatMap(({ address }) => (address === undefined ? [] : [address]))
  const paths = subjects.flatMap(pathOf)
  const choosing = chooseWitnesses(probe, sources, parsed, paths).catch(() => [])
  const [seen, first] = await Promise.all([
    Promise.all(subjects.map(async (subject) => await probeSubject(probe, subject))),
    choosing.then(async (chosen) => await askAll(probe, chosen, paths)),
  ])
  // A witness has to answer before and after the silence: our own network may have failed in
  // between.
  if (paths.length === 0 || seen.some(showsLife)) {
    return { addresses: seen, witnesses: first.map(({ heard }) => heard) }
  }
  const [filterOf, witnesses] = await Promise.all([
    askOwnFilters(probe).catch(() => () => undefined),
    confirmAll(probe, first, paths),
  ])
  return { addresses: seen.map((one) => withOwnFilter(one, filterOf)), witnesses }
}

const withOwnFilter = (
  seen: ProbeEvidence['addresses'][number],
  filterOf: (address: ProbeAddress) => OwnFilter,
): ProbeEvidence['addresses'][number] => {
  const address = parseProbeAddress(seen.address)
  const ownFilter = address === undefined ? undefined : filterOf(address)
  return ownFilter === undefined ? seen : { ...seen, ownFilter }
}

const findSubject = async (probe: ProbeRun, text: string, index: number): Promise<Subject> => {
  const address = index < addressesMax ? parseProbeAddress(text) : undefined
  if (address === undefined) return { text, address, path: { kind: 'not-run' } }
  const path = await askPath(probe, address).catch((): PathSeen => ({ kind: 'own-trouble' }))
  return { text, address, path }
}

const pathOf = ({ text, address, path }: Subject): readonly SuspectPath[] =>
  address !== undefined && path.kind === 'path' ? [{ text, address, path: path.path }] : []

const probeSubject = async (
  probe: ProbeRun,
  { text, address, path }: Subject,
): Promise<ProbeEvidence['addresses'][number]> => {
  if (address === undefined) return { address: text, way: 'not-known', ...notRun }
  const seen = await probeAddress(probe, address, path).catch(() => notRun)
  return { address: text, way: wayTo(address, path), ...seen }
}

const wayTo = ({ family }: ProbeAddress, path: PathSeen): AddressSilence['way'] => {
  if (path.kind !== 'path') return 'not-known'
  if (path.path.kind === 'off-link') return 'routed'
  return family === 'ipv4' ? 'arp' : 'nd'
}

interface Heard {
  readonly witness: Witness
  readonly heard: WitnessSeen
}

const askAll = async (
  probe: ProbeRun,
  chosen: readonly Witness[],
  paths: readonly SuspectPath[],
): Promise<readonly Heard[]> =>
  await Promise.all(
    chosen.map(async (witness) => ({ witness, heard: await askOne(probe, witness, paths) })),
  )

const askOne = async (
  probe: ProbeRun,
  witness: Witness,
  paths: readonly SuspectPath[],
  before?: WitnessSeen,
): Promise<WitnessSeen> =>
  await askWitness(probe, witness, paths, before).catch(() => notAsked(witness.text))

const confirmAll = async (
  probe: ProbeRun,
  first: readonly Heard[],
  paths: readonly SuspectPath[],
): Promise<readonly WitnessSeen[]> =>
  await Promise.all(
    first.map(async ({ witness, heard }) =>
      heard.answered === 'yes'
        ? bothTimes(heard, await askOne(probe, witness, paths, heard))
        : heard,
    ),
  )

/**
 * What it answered the first time and not the second, or the other way round, it has not answered.
 */
const bothTimes = (first: WitnessSeen, again: WitnessSeen): WitnessSeen => ({
  ...again,
  neighbour: first.neighbour === 'answered' ? again.neighbour : first.neighbour,
  port: first.port === 'answered' ? again.port : first.port,
})
