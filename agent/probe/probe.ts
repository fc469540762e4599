/** The port: any sign of life of the suspect, and a proof that we would see one. */
import type { WitnessSeen } from '../domain/evidence.ts'
import type { Clock, Probe, ProbeEvidence } from '../fence/ports.ts'
import { parseProbeAddress } from './address.ts'
import type { ProbeAddress } from './address.ts'
import { askPath } from './ask.ts'
import type { Look, PathSeen } from './ask.ts'
import { addressesMax, reserveMs } from './limits.ts'
import { lookAtAddress, notRun, showsLife } from './look-address.ts'
import { createOldEntries } from './old-entries.ts'
import type { RunTool } from './run-tool.ts'
import { askWitness, chooseWitnesses, notAsked } from './witness.ts'
import type { SuspectPath, Witness, WitnessSources } from './witness.ts'

export interface ProbeConfig {
  /** Addresses that have to answer us before silence counts; empty: the gateways. */
  readonly witnesses: readonly string[]
}

export interface ProbeDeps {
  readonly clock: Clock
  readonly run: RunTool
}

/**
 * `look` never rejects. It ends `reserveMs` before its budget, or soon after the signal; what had not ended by
 * then is `not-run`, which is no part of any proof. A dead neighbour takes 3 s where the kernel
 * holds no entry for it, and some 5 s where it holds one that may be taken away. Where that is not permitted, it
 * takes 10 s with a stale one, and one that was confirmed a moment ago is not told before the kernel doubts it.
 */
export const createProbe = (config: ProbeConfig, deps: ProbeDeps): Probe => {
  const oldEntries = createOldEntries()
  return {
    look: async (addresses, budgetMs, signal, { sinceMs, caller }) => {
      const done = new AbortController()
      const late = new AbortController()
      const forBudget = AbortSignal.any([signal, done.signal])
      const budgetOver = deps.clock.wait(Math.max(0, budgetMs - reserveMs), forBudget)
      const stop = (): void => {
        late.abort()
      }
      budgetOver.then(stop, stop)
      const stopped = AbortSignal.any([signal, late.signal])
      const look: Look = { ...deps, signal: stopped, sinceMs, oldEntries }
      try {
        const sources = { configured: config.witnesses, caller }
        return await lookAll(look, addresses, sources)
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

const lookAll = async (
  look: Look,
  addresses: readonly string[],
  sources: WitnessSources,
): Promise<ProbeEvidence> => {
  const subjects = await Promise.all(
    addresses.map(async (text, index) => await findSubject(look, text, index)),
  )
  const parsed = subjects.flatMap(({ address }) => (address === undefined ? [] : [address]))
  const paths = subjects.flatMap(pathOf)
  const choosing = chooseWitnesses(look, sources, parsed, paths).catch(() => [])
  const [seen, first] = await Promise.all([
    Promise.all(subjects.map(async (subject) => await lookAtSubject(look, subject))),
    choosing.then(async (chosen) => await askAll(look, chosen, paths)),
  ])
  // A witness has to answer before and after the silence: our own network may have failed in between.
  const witnesses = seen.some(showsLife)
    ? first.map(({ heard }) => heard)
    : await confirmAll(look, first, paths)
  return { addresses: seen, witnesses }
}

const findSubject = async (look: Look, text: string, index: number): Promise<Subject> => {
  const address = index < addressesMax ? parseProbeAddress(text) : undefined
  if (address === undefined) return { text, address, path: { kind: 'not-run' } }
  const path = await askPath(look, address).catch((): PathSeen => ({ kind: 'own-trouble' }))
  return { text, address, path }
}

const pathOf = ({ text, address, path }: Subject): readonly SuspectPath[] =>
  address !== undefined && path.kind === 'path' ? [{ text, address, path: path.path }] : []

const lookAtSubject = async (
  look: Look,
  { text, address, path }: Subject,
): Promise<ProbeEvidence['addresses'][number]> => {
  if (address === undefined) return { address: text, ...notRun }
  const seen = await lookAtAddress(look, address, path).catch(() => notRun)
  return { address: text, ...seen }
}

interface Heard {
  readonly witness: Witness
  readonly heard: WitnessSeen
}

const askAll = async (
  look: Look,
  chosen: readonly Witness[],
  paths: readonly SuspectPath[],
): Promise<readonly Heard[]> =>
  await Promise.all(
    chosen.map(async (witness) => ({ witness, heard: await askOne(look, witness, paths) })),
  )

const askOne = async (
  look: Look,
  witness: Witness,
  paths: readonly SuspectPath[],
  before?: WitnessSeen,
): Promise<WitnessSeen> =>
  await askWitness(look, witness, paths, before).catch(() => notAsked(witness.text))

const confirmAll = async (
  look: Look,
  first: readonly Heard[],
  paths: readonly SuspectPath[],
): Promise<readonly WitnessSeen[]> =>
  await Promise.all(
    first.map(async ({ witness, heard }) =>
      heard.answered === 'yes' ? await askOne(look, witness, paths, heard) : heard,
    ),
  )
