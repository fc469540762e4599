/** A session that a lane holds, and one run of a batch on it. */
import type { Ticket } from './ticket.ts'
import type { BatchOutcome, SuspectSession, VmSeen } from '../ports.ts'
import type { ContactTrail, PhaseTime } from '../contact-trail.ts'

/**
 * Runs at once on one session, of the ten that sshd grants by default: VMs that cannot die hold one
 * each.
 */
export const runsMax = 8

export interface HeldSession {
  readonly session: SuspectSession
  readonly runs: () => number
  readonly mayRun: () => boolean
  /**
   * Settles each ticket as soon as its VM has been seen, or when the run has ended. Gives those
   * back that were not asked about at all, to be asked about once more. Never rejects.
   */
  readonly run: (batch: readonly Ticket[]) => Promise<readonly Ticket[]>
}

interface BatchMember {
  readonly ticket: Ticket
  /** Its way to the session. */
  readonly before: readonly PhaseTime[]
  /** Whether the session was opened before it came. */
  readonly isLater: boolean
}

export interface OpenedFor {
  readonly session: SuspectSession
  readonly trail: ContactTrail
  readonly openedMs: number
  /** Who was there when it was opened; the way to it is theirs. */
  readonly openedFor: ReadonlySet<Ticket>
}

export const holdSession = (
  { session, trail, openedMs, openedFor }: OpenedFor,
  signal: AbortSignal,
): HeldSession => {
  let runs = 0
  let isFirst = true
  let runsNowMax = runsMax

  /** Whether what a run met is no answer to this one. */
  const isAnotherTry = (
    { evidence, wasHeard }: BatchOutcome,
    { isLater }: BatchMember,
  ): boolean => {
    if (evidence.kind !== 'refusal') return false
    // It grants no more channels than it has granted.
    if (evidence.because === 'channel-refused') return runs > 0
    // The session had died unseen before this one came, perhaps.
    return evidence.because === 'contact-lost' && isLater && !wasHeard
  }

  return {
    session,
    runs: () => runs,
    mayRun: () => runs < runsNowMax,
    run: async (batch) => {
      runs += 1
      const isOwnWay = (ticket: Ticket): boolean => isFirst && openedFor.has(ticket)
      const entries = batch.map((ticket) => {
        const before = isOwnWay(ticket) ? trail.phases : [ticket.waited()]
        return { ticket, before, isLater: ticket.startedMs > openedMs }
      })
      isFirst = false
      const tell = (
        { ticket, before }: BatchMember,
        { evidence, detail, phases }: VmSeen,
      ): void => {
        const all = [...before, ...phases]
        ticket.settle({ evidence, trail: { address: trail.address, phases: all, detail } })
      }
      const asked = batch.map(({ request, leftMs }) => ({ vm: request.vm, leftMs }))
      const outcome = await session
        .fence(asked, signal, (vm, seen) => {
          const entry = entries.find(({ ticket }) => ticket.request.vm === vm)
          if (entry !== undefined) tell(entry, seen)
        })
        .catch(faultOutcome)
      runs -= 1
      const left = entries.filter(({ ticket }) => !ticket.isSettled())
      const again = left.filter((entry) => isAnotherTry(outcome, entry))
      if (again.length > 0) runsNowMax = Math.max(1, Math.min(runsNowMax, runs))
      for (const entry of left) if (!again.includes(entry)) tell(entry, outcome)
      return again.map(({ ticket }) => ticket)
    },
  }
}

/** A bug: an adapter does not reject. */
const faultOutcome = (error: unknown): BatchOutcome => ({
  evidence: { kind: 'own-trouble', because: 'internal-error' },
  detail: `a fault in the agent itself (${error instanceof Error ? error.name : 'thrown'})`,
  phases: [],
  wasHeard: true,
})
