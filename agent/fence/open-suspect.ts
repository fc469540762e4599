/** The way to a session with one suspect, and the probes where it stays silent. */
import { probeDelayMs } from './budget.ts'
import type { Observation } from './observation.ts'
import type { Acquaintance, Probe, ProbeEvidence, Suspect, SuspectSession } from './ports.ts'
import type { SilenceConfig } from '../domain/silence-evidence.ts'
import type { Clock } from '../base/time/clock.ts'
import type { CallerConnection, SuspectTarget } from './request.ts'
import type { LastHeard } from './last-heard.ts'
import { combineSilence } from './silence.ts'
import type { ContactTrail } from './contact-trail.ts'

export interface ContactDeps {
  readonly suspect: Suspect
  readonly probe: Probe
  readonly clock: Clock
  /** Shared by all that look at suspects in this process. */
  readonly heard: LastHeard
  readonly acquaintance: Acquaintance
  readonly silence: SilenceConfig
}

export interface OpenFor {
  readonly budgetMs: number
  readonly signal: AbortSignal
  /** Who asked, a witness of our health; undefined where that is this very host. */
  readonly caller: CallerConnection | undefined
  /**
   * Called whenever anything comes from the suspect, now or later on the session. Must not throw.
   */
  readonly onHeard: (address: string) => void
  /** False where silence would prove nothing to anybody: then nobody waits for a probe. */
  readonly isSilenceWanted: boolean
  /** When the first look of this silence began; absent where this is the first. */
  readonly sinceMs?: number
}

export type Opened =
  | { readonly kind: 'open'; readonly session: SuspectSession; readonly trail: ContactTrail }
  | { readonly kind: 'seen'; readonly seen: Observation }

/** Ends before the budget, or soon after the signal aborts. */
export const openSuspect = async (
  { suspect, probe, clock, acquaintance, silence: rules }: ContactDeps,
  target: SuspectTarget,
  { budgetMs, signal, caller, isSilenceWanted, onHeard, sinceMs }: OpenFor,
): Promise<Opened> => {
  const startedMs = clock.nowMs()
  const answered = new AbortController()
  const stop = AbortSignal.any([signal, answered.signal])
  const probeOnce = async (addresses: readonly string[]): Promise<ProbeEvidence> => {
    await clock.wait(probeDelayMs, stop)
    // On a suspect that answers at once nothing is probed, and nobody reads this.
    if (stop.aborted) return nothingProbed
    const leftMs = budgetMs - (clock.nowMs() - startedMs)
    const since = sinceMs ?? startedMs
    return await probe.probe(addresses, leftMs, stop, { sinceMs: since, caller })
  }
  const probing: Promise<ProbeEvidence>[] = []
  const onAddresses = (addresses: readonly string[]): void => {
    if (isSilenceWanted) probing.push(probeOnce(addresses))
  }
  const opening = await suspect.open(target, budgetMs, signal, { onAddresses, onHeard })
  if (opening.kind === 'no-contact') {
    const [probed = nothingProbed] = await Promise.all(probing)
    const tookMs = clock.nowMs() - startedMs
    const names = [...target.addresses, ...opening.dials.map(({ address }) => address)]
    const everMet = await acquaintance.contactBefore(names, target.port)
    const silence = combineSilence(opening.dials, probed, { tookMs, rules, everMet })
    return { kind: 'seen', seen: { evidence: { kind: 'silence', silence }, trail: opening.trail } }
  }
  answered.abort()
  await Promise.allSettled(probing)
  return opening.kind === 'open' ? opening : { kind: 'seen', seen: opening }
}

const nothingProbed: ProbeEvidence = { addresses: [], witnesses: [] }
