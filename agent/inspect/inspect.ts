/** A look at one VM on its suspect, or a drill there: over a session of its own, for people. */
import { openSuspect } from '../fence/open-suspect.ts'
import type { ContactDeps } from '../fence/open-suspect.ts'
import type { Inspection, ToInspect } from '../fence/ports.ts'
import type { SuspectTarget } from '../fence/request.ts'
import type { ContactTrail } from '../fence/contact-trail.ts'

export interface InspectionAsk {
  readonly what: ToInspect
  readonly suspect: SuspectTarget
  readonly budgetMs: number
}

export interface Inspected extends Pick<Inspection, 'evidence' | 'tools'> {
  readonly trail: ContactTrail
  /** The whole seconds that the suspect's clock is ahead of ours, where it was told. */
  readonly skewSec: number | undefined
}

/**
 * Ends before the budget, or soon after the signal; never rejects. No verdict is to be made of it.
 */
export const inspect = async (
  deps: ContactDeps,
  ask: InspectionAsk,
  signal: AbortSignal,
): Promise<Inspected> => {
  try {
    return await contact(deps, ask, signal)
  } catch (error) {
    return faultSeen(error)
  }
}

const contact = async (
  deps: ContactDeps,
  { what, suspect, budgetMs }: InspectionAsk,
  signal: AbortSignal,
): Promise<Inspected> => {
  const startedMs = deps.clock.nowMs()
  const opened = await openSuspect(deps, suspect, {
    budgetMs,
    signal,
    caller: undefined,
    onHeard: deps.heard.note,
    isSilenceWanted: true,
  })
  if (opened.kind === 'seen') {
    deps.heard.noteSeen(opened.seen)
    return { ...opened.seen, tools: undefined, skewSec: undefined }
  }
  const { session, trail } = opened
  const leftMs = budgetMs - (deps.clock.nowMs() - startedMs)
  const { evidence, detail, phases, tools } = await session.inspect(what, leftMs, signal)
  session.close()
  const ourSec = Math.floor(Date.parse(deps.clock.wallTime()) / 1000)
  return {
    evidence,
    tools,
    trail: { address: trail.address, phases: [...trail.phases, ...phases], detail },
    skewSec: tools === undefined ? undefined : tools.epochSec - ourSec,
  }
}

/** A bug: adapters do not reject. */
const faultSeen = (error: unknown): Inspected => ({
  evidence: { kind: 'own-trouble', because: 'internal-error' },
  trail: {
    address: '',
    phases: [],
    detail: `a fault in the agent itself (${error instanceof Error ? error.name : 'thrown'})`,
  },
  tools: undefined,
  skewSec: undefined,
})
