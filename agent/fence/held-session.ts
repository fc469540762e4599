/** A session that a lane holds, and one run of a batch on it. */
import type { Ticket } from './lane-ticket.ts'
import type { BatchOutcome, SuspectSession, VmSeen } from './ports.ts'
import type { ContactTrail, PhaseTime } from './trail.ts'

/** Runs at once on one session, of the ten that sshd grants by default: VMs that cannot die hold one each. */
export const runsMax = 8

export interface HeldSession {
  readonly session: SuspectSession
  readonly runs: () => number
  readonly mayRun: () => boolean
  /**
   * Settles each ticket as soon as its VM has been seen, or when the run has ended. Gives those back that
   * were not asked about at all, to be asked about once more. Never rejects.
   */
  readonly run: (batch: readonly Ticket[]) => Promise<readonly Ticket[]>
}

/** A ticket, and its way to the session. */
interface Entry {
  readonly ticket: Ticket
  readonly before: readonly PhaseTime[]
}

/** `openedFor`: who was there when it was opened; the way to it is theirs. */
export const holdSession = (
  session: SuspectSession,
  trail: ContactTrail,
  openedFor: ReadonlySet<Ticket>,
  signal: AbortSignal,
): HeldSession => {
  let runs = 0
  let runsNowMax = runsMax
  let isKept = false

  /** Whether what a run met says nothing about the suspect. */
  const isAnotherTry = (
    { evidence, wasHeard }: BatchOutcome,
    wasKept: boolean,
    others: number,
  ): boolean => {
    if (evidence.kind !== 'refusal') return false
    // It grants no more channels than it has granted.
    if (evidence.because === 'channel-refused') return others > 0
    // A session that was kept has died unseen.
    return evidence.because === 'contact-lost' && wasKept && !wasHeard
  }

  return {
    session,
    runs: () => runs,
    mayRun: () => runs < runsNowMax,
    run: async (batch) => {
      const wasKept = isKept
      isKept = true
      runs += 1
      const entries = batch.map((ticket) => {
        const before = !wasKept && openedFor.has(ticket) ? trail.phases : [ticket.waited()]
        return { ticket, before }
      })
      const tell = ({ ticket, before }: Entry, { evidence, detail, phases }: VmSeen): void => {
        const all = [...before, ...phases]
        ticket.settle({ evidence, trail: { address: trail.address, phases: all, detail } })
      }
      const asked = batch.map(({ request, leftMs }) => ({ vm: request.vm, budgetMs: leftMs() }))
      const outcome = await session
        .fence(asked, signal, (vm, seen) => {
          const entry = entries.find(({ ticket }) => ticket.request.vm === vm)
          if (entry !== undefined) tell(entry, seen)
        })
        .catch(faultOutcome)
      runs -= 1
      const left = entries.filter(({ ticket }) => !ticket.isSettled())
      if (isAnotherTry(outcome, wasKept, runs)) {
        runsNowMax = Math.max(1, Math.min(runsNowMax, runs))
        return left.map(({ ticket }) => ticket)
      }
      for (const entry of left) tell(entry, outcome)
      return []
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
