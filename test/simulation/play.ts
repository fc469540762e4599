/** A world from its beginning to its end, and what came of it. */
import type { Counts } from './counts.ts'
import { planFault } from './faults.ts'
import type { NodeAnswer } from './node.ts'
import type { Violation } from './oracle.ts'
import type { Plan } from './plan.ts'
import { World } from './world.ts'

export interface Played {
  readonly log: readonly string[]
  readonly violations: readonly Violation[]
  readonly counts: Counts
}

/** After the last fault: the longest budget, until everything is asked about once more. */
const calmMs = 70_000
/** After that: until nobody may wait for anything. */
const restMs = 120_000

export const play = async (plan: Plan, isLogged = false): Promise<Played> => {
  const world = new World(plan, isLogged)
  const { schedule, node, oracle } = world
  let open = 0
  const ask = (one: Plan['asks'][number], then: (answer: NodeAnswer | undefined) => void): void => {
    schedule.after(one.atMs, () => {
      open += 1
      node.ask(one).then(
        (answer) => {
          open -= 1
          then(answer)
        },
        (error: unknown) => {
          oracle.bug(`the node: ${String(error)}`)
        },
      )
    })
  }
  for (const fault of plan.faults) planFault(world, fault)
  for (const one of plan.asks) ask(one, () => undefined)
  const askedAtLast = plan.isAskedAtLast === false ? [] : plan.vms
  askedAtLast.forEach((_one, index) => {
    const vm = `vm-${index + 1}`
    const answer = index % 2 === 0 ? 'now' : 'later'
    const last = { atMs: plan.quietMs + calmMs, vm, answer, peer: index, budgetSec: 20 } as const
    ask(last, (said) => {
      if (said === 'confirmed-dead') return
      oracle.violated(
        'not-confirmed',
        `${vm}: nothing is wrong any more, and the answer is ${said ?? 'none'}`,
      )
    })
  })
  await schedule.runUntil(plan.quietMs + calmMs + restMs)
  oracle.owed()
  if (open > 0) oracle.violated('waits-for-ever', `${open} questions of the node`)
  for (const host of world.hosts.values()) {
    const { agent } = host
    const lanes = agent?.service?.lanes()
    const left = {
      waits: agent?.process.waits,
      sessions: agent?.sessions,
      lanes: lanes?.lanes,
      inFlight: agent?.service?.inFlight(),
      callbacks: agent?.callbacks?.waiting(),
    }
    const kept = Object.entries(left).filter(([, count]) => count !== 0)
    if (kept.length > 0) oracle.violated('left-over', `${host.name}: ${JSON.stringify(kept)}`)
  }
  const { violations, counts } = oracle
  counts.add('worlds')
  return { log: world.log, violations, counts }
}
