/** One lane per suspect, for as long as it has something to do or a session to keep. */
import { createLane } from './lane.ts'
import type { Lane, LaneCounts, LaneConfig } from './lane.ts'
import type { LaneAsk } from './ticket.ts'
import type { Observation } from '../observation.ts'
import type { ContactDeps } from '../open-suspect.ts'
import type { SuspectTarget } from '../request.ts'
import { isSameSuspect } from '../same-suspect.ts'

export interface Lanes {
  /** Ends before the ask's budget, or soon after the signal. */
  readonly contact: (ask: LaneAsk) => Promise<Observation>
  readonly counts: () => LaneCounts & { readonly lanes: number }
  /** Closes the sessions that are kept. */
  readonly close: () => void
}

export const createLanes = (rules: LaneConfig, deps: ContactDeps, signal: AbortSignal): Lanes => {
  const open = new Set<{ readonly target: SuspectTarget; readonly lane: Lane }>()
  const laneFor = (target: SuspectTarget): Lane => {
    const known = [...open].find((one) => isSameSuspect(one.target, target))
    if (known !== undefined) return known.lane
    const lane = createLane(target, rules, deps, signal, () => open.delete(own))
    const own = { target, lane }
    open.add(own)
    return lane
  }
  return {
    contact: async (ask) => await laneFor(ask.request.suspect).contact(ask),
    counts: () => {
      const all = [...open].map(({ lane }) => lane.counts())
      const sum = (key: keyof LaneCounts): number => all.reduce((total, one) => total + one[key], 0)
      return {
        lanes: open.size,
        queued: sum('queued'),
        runs: sum('runs'),
        sessions: sum('sessions'),
      }
    },
    close: () => {
      for (const { lane } of open) lane.close()
    },
  }
}
