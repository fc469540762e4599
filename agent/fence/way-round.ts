/**
 * Other agents' ways to the suspect, for one request whose own way fails before a login or is slow:
 * asked once, beside our own way and not after it, and called off as soon as our fence ends.
 */
import { decide } from '../domain/decide.ts'
import type { Clock } from '../base/time/clock.ts'
import type { Doubt } from '../domain/verdict.ts'
import type { NeighbourAsked } from './contact-trail.ts'
import { killedIn } from './killed.ts'
import type { Observation } from './observation.ts'
import type { NeighbourAsking, NeighbourSaid, Neighbours } from './ports.ts'
import type { FenceRequest } from './request.ts'
import type { SharedContact } from './single-flight.ts'

export interface WayRound {
  /**
   * What our own way saw, or a death that another agent proved meanwhile. Ends soon after the
   * signal, and not later than `budgetMs`, as far as our own way does.
   */
  readonly observe: (
    own: SharedContact,
    budgetMs: number,
    signal: AbortSignal,
  ) => Promise<Observation>
}

export interface WayRoundDeps {
  readonly clock: Clock
  readonly neighbours: Neighbours
  /** How much of the budget our own way has for itself while it does not fail, from 0 to 1. */
  readonly ownShare: number
}

export interface RoundFor {
  readonly request: FenceRequest
  readonly startedMs: number
  /** Resolves true once the intent is on disk. */
  readonly mayBegin: Promise<boolean>
}

/** Of a request that was passed on itself: it is not passed on again. */
export const noWayRound: WayRound = { observe: async (own) => await own.observation }

export const createWayRound = (
  { request, startedMs, mayBegin }: RoundFor,
  { clock, neighbours, ownShare }: WayRoundDeps,
): WayRound => {
  let asks: readonly NeighbourAsking[] | undefined
  const said = new Map<NeighbourAsking, NeighbourSaid>()

  /** Our own word, with what others heard of the suspect: that forbids to call it silent. */
  const withHeard = ({ evidence, trail, ...seen }: Observation): Observation => {
    if (asks === undefined || asks.length === 0) return { evidence, trail, ...seen }
    const asked = asks.map((one): NeighbourAsked => said.get(one)?.asked ?? one.soFar())
    const heardBy = asked.filter((one) => one.said !== 'words').map(({ agentId }) => agentId)
    const isVetoed = evidence.kind === 'silence' && heardBy.length > 0
    return {
      ...seen,
      evidence: isVetoed
        ? { kind: 'silence', silence: { ...evidence.silence, heardBy } }
        : evidence,
      trail: { ...trail, neighbours: asked },
    }
  }

  const firstDeath = async (asking: readonly NeighbourAsking[]): Promise<NeighbourSaid['death']> =>
    await new Promise((resolve) => {
      const all = asking.map(async (one) => {
        const answer = await one.answer
        said.set(one, answer)
        if (answer.death !== undefined) resolve(answer.death)
      })
      void Promise.all(all).then(() => {
        resolve(undefined)
      })
    })

  const besides = async (own: SharedContact, dead: ReturnType<typeof firstDeath>) => {
    // Our own word comes first: after a login it is final, whatever anybody else says.
    const isEnough = own.observation.then((seen) => (isFailing(seen) ? dead : undefined))
    return await Promise.race([isEnough, dead.then((death) => death ?? isEnough)])
  }

  return {
    observe: async (own, budgetMs, signal) => {
      const endsMs = clock.nowMs() + budgetMs
      const leftMs = (): number => endsMs - clock.nowMs()
      const over = new AbortController()
      const stop = AbortSignal.any([over.signal, signal])
      const ownEnd = async (): Promise<Observation> => withHeard(await own.observation)
      try {
        const patience = Promise.race([clock.wait(budgetMs * ownShare, stop), own.failing])
        const early = await Promise.race([own.observation, patience])
        // One whose program is at work is no way that fails.
        const isFine = early === undefined ? own.isSent() : !isFailing(early)
        if (asks !== undefined || isFine || !(await mayBegin) || stop.aborted) return await ownEnd()
        const askedMs = clock.nowMs()
        const askedAfterMs = Math.max(0, Math.floor(askedMs - startedMs))
        asks = neighbours.ask({ request, askedAfterMs, leftMs, signal: stop })
        const death = await besides(own, firstDeath(asks))
        if (death === undefined) return await ownEnd()
        const evidence = { kind: 'passed-on', death } as const
        return { ...withHeard({ evidence, trail: provenElsewhere }), sentMs: askedMs }
      } finally {
        over.abort()
      }
    },
  }
}

const provenElsewhere = { address: '', phases: [], detail: 'another agent proved it in our place' }

/** Whether another way may be better: ours ended before a login, or in silence. */
export const isFailing = ({ evidence, trail }: Observation): boolean => {
  const verdict = decide(evidence)
  switch (verdict.kind) {
    case 'confirmed-dead':
      return false
    case 'unreachable':
      return true
    case 'still-alive':
      return beforeLogin.has(verdict.because) && killedIn(evidence, trail).is === 'no'
  }
}

/** Doubts about the way to a login; `contact-lost` where the program had not begun. */
const beforeLogin: ReadonlySet<Doubt> = new Set<Doubt>([
  'connection-refused',
  'connection-reset',
  'connection-dropped',
  'peer-penalised',
  'banner-stalled',
  'handshake-failed',
  'handshake-stalled',
  'host-key-changed',
  'host-key-unknown',
  'login-refused',
  'login-cut-off',
  'login-stalled',
  'contact-lost',
  'suspect-answered',
  'icmp-error',
  'silence-not-proven',
  'own-filter',
  'routed-silence',
  'never-met',
  'silence-too-short',
  'peer-isolated',
  'name-not-resolved',
  'own-network-trouble',
  'credentials-unusable',
])
