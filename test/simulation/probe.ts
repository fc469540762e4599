/** Pings, ARP and witnesses, by what the paths let through at the moment of each look. */
import type { EchoSeen, NeighbourSeen } from '../../agent/domain/silence-evidence.ts'
import type { Probe } from '../../agent/fence/ports.ts'
import { never } from './agent-process.ts'
import type { SimAgent } from './agent.ts'
import type { World } from './world.ts'

/** How long a suspect is looked at, in ms, and how often. */
const windowMs = 5_000
const everyMs = 1_000

export const createProbe = (world: World, agent: SimAgent): Probe => {
  const { network, schedule, plan } = world
  const { process, name } = agent
  return {
    probe: async (addresses, budgetMs, signal) => {
      if (!process.call()) await never()
      const endMs = schedule.nowMs + Math.min(windowMs, budgetMs - 100)
      const isWhole = budgetMs - 100 >= everyMs * 3
      const address = addresses[0] ?? ''
      const host = world.hostAt(address)
      const isWitnessed = (): boolean => network.answers(name, 'gateway')
      const isGood = isWitnessed()
      let [isEchoed, isKnown] = [false, false]
      for (;;) {
        isEchoed ||= host.responds && network.answers(name, host.name)
        isKnown ||= plan.isOnLink && host.responds && network.answers(name, host.name, 'arp')
        if (isEchoed || isKnown) {
          agent.hear(address)
          break
        }
        if (signal.aborted || schedule.nowMs >= endMs) break
        await process.clock.wait(Math.min(everyMs, endMs - schedule.nowMs), signal)
      }
      const isCut = signal.aborted || !isWhole
      const echo: EchoSeen = isEchoed ? 'replied' : isCut ? 'not-run' : 'silent'
      const known: NeighbourSeen = isKnown ? 'answered' : isCut ? 'not-run' : 'unresolved'
      const isVouched = isGood && isWitnessed()
      return {
        addresses: [
          {
            address,
            way: plan.isOnLink ? 'arp' : 'routed',
            echo,
            neighbour: plan.isOnLink ? known : 'off-link',
          },
        ],
        witnesses: [
          {
            address: '10.0.0.254',
            answered: isVouched ? 'yes' : 'no',
            by: 'echo',
            neighbour: plan.isOnLink ? (isVouched ? 'answered' : 'no') : 'off-link',
            port: isVouched ? 'answered' : 'no',
            vouchesFor: [address],
            besides: [address],
          },
        ],
      }
    },
  }
}
