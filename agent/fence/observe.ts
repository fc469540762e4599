/** One look at one suspect for one VM: the contact, and the probes where the contact stays silent. */
import type { Evidence } from '../domain/evidence.ts'
import { probeDelayMs } from './budget.ts'
import type { Clock, Probe, ProbeEvidence, Suspect } from './ports.ts'
import type { FenceRequest } from './request.ts'
import { combineSilence } from './silence.ts'
import type { ContactTrail } from './trail.ts'

export interface Observation {
  readonly evidence: Evidence
  readonly trail: ContactTrail
}

export interface Eyes {
  readonly suspect: Suspect
  readonly probe: Probe
  readonly clock: Clock
}

/** Ends before `budgetMs`, or soon after the signal aborts. */
export const observe = async (
  { suspect, probe, clock }: Eyes,
  request: FenceRequest,
  budgetMs: number,
  signal: AbortSignal,
): Promise<Observation> => {
  const startedMs = clock.nowMs()
  const answered = new AbortController()
  const stop = AbortSignal.any([signal, answered.signal])
  const look = async (addresses: readonly string[], delayMs: number): Promise<ProbeEvidence> => {
    await clock.wait(delayMs, stop)
    // On a suspect that answers at once nothing is probed, and nobody reads this.
    if (stop.aborted) return { addresses: [], witnesses: [] }
    const leftMs = budgetMs - (clock.nowMs() - startedMs)
    return await probe.look(addresses, leftMs, stop, { sinceMs: startedMs, caller: request.caller })
  }
  const looks: Promise<ProbeEvidence>[] = []
  const contact = await suspect.fence(request, budgetMs, signal, (addresses) => {
    looks.push(look(addresses, probeDelayMs))
  })
  if (contact.kind === 'evidence') {
    answered.abort()
    await Promise.allSettled(looks)
    return { evidence: contact.evidence, trail: contact.trail }
  }
  const [probed = { addresses: [], witnesses: [] }] = await Promise.all(looks)
  const silence = combineSilence(contact.dials, probed)
  return { evidence: { kind: 'silence', silence }, trail: contact.trail }
}
