/** Whether neighbours could be asked, before the day it matters. Nothing is passed on to them. */
import type { exchange } from '../client/exchange.ts'
import { versionPath } from '../contract/api/paths.ts'
import { agentOf, codeOf } from './ask-neighbour.ts'
import type { Neighbour } from './neighbour.ts'

export interface NeighbourTried {
  readonly name: string
  /** Empty where none was told. */
  readonly agentId: string
  /** Why it would not be asked, or not again; empty where it would. */
  readonly fault: string
}

export interface TryDeps {
  readonly exchange: typeof exchange
  readonly ownAgentId: string
}

const limits = { connectMs: 2_000, totalMs: 5_000 }

/** In their order; never rejects. Ends within 5 s. */
export const tryNeighbours = async (
  neighbours: readonly Neighbour[],
  { exchange: exchanging, ownAgentId }: TryDeps,
): Promise<readonly NeighbourTried[]> => {
  const tried = await Promise.all(
    neighbours.map(async ({ peer, credentials }): Promise<NeighbourTried> => {
      const { name } = peer
      const request = { method: 'GET', path: versionPath } as const
      const told = await exchanging(peer, request, credentials, limits)
      if (told.kind === 'unanswered') return { name, agentId: '', fault: told.because }
      const { status, body } = told
      const agentId = agentOf(status, body)
      if (agentId !== undefined) return { name, agentId, fault: '' }
      const fault =
        status === 200
          ? 'it is no agent that takes fences which are passed on'
          : `it turns this agent away with status ${status}: ${codeOf(body)}`
      return { name, agentId: '', fault }
    }),
  )
  return tried.map((one, index) => {
    if (one.fault !== '') return one
    if (one.agentId === ownAgentId) return { ...one, fault: 'it is this very agent' }
    const first = tried.slice(0, index).find(({ agentId }) => agentId === one.agentId)
    return first === undefined ? one : { ...one, fault: `it is the same agent as ${first.name}` }
  })
}
