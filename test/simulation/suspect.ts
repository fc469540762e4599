/**
 * The way to a login: dials, steps that stall where a path or the host does, and an sshd in its
 * moods.
 */
import type { Doubt } from '../../agent/domain/verdict.ts'
import type { Dial, Opening, OpeningEvents, Suspect } from '../../agent/fence/ports.ts'
import { never } from './agent-process.ts'
import type { SimAgent } from './agent.ts'
import type { Host } from './host.ts'
import { openedSession } from './session.ts'
import type { World } from './world.ts'

const connectWindowMs = 5_000
const stepWindowMs = 5_000
/** When SYNs are sent, in ms after the first. */
const synsMs = [0, 1_000, 3_000] as const
const steps = ['banner-stalled', 'handshake-stalled', 'login-stalled'] as const

export const createSuspect = (world: World, agent: SimAgent): Suspect => {
  const { network, schedule, random, plan } = world
  const { process, name } = agent

  const sees = (host: Host): boolean => host.responds && network.answers(name, host.name)

  const dial = async (
    host: Host,
    endMs: number,
    signal: AbortSignal,
  ): Promise<'taken' | Dial['tcp']> => {
    const beganMs = schedule.nowMs
    for (const atMs of synsMs) {
      const waitMs = Math.min(beganMs + atMs, endMs) - schedule.nowMs
      if (waitMs > 0) await process.clock.wait(waitMs, signal)
      if (signal.aborted) return 'not-run'
      if (schedule.nowMs >= endMs) return atMs === 0 ? 'not-run' : 'silent'
      if (sees(host)) {
        await process.pass(network.latencyMs() * 2)
        return 'taken'
      }
    }
    const isResolved = host.responds && network.answers(name, host.name, 'arp')
    if (plan.isOnLink && !isResolved) return 'no-neighbour-or-icmp'
    await process.clock.wait(endMs - schedule.nowMs, signal)
    return signal.aborted ? 'not-run' : 'silent'
  }

  const logIn = async (
    host: Host,
    endMs: number,
    signal: AbortSignal,
    hear: () => void,
  ): Promise<Doubt | undefined> => {
    const { boot } = host
    if (host.faults.closed > 0) return 'connection-refused'
    if (host.faults.drops > 0 && random.chance(60)) return 'connection-dropped'
    for (const step of steps) {
      const stepEndMs = Math.min(endMs, schedule.nowMs + stepWindowMs)
      for (;;) {
        if (signal.aborted || schedule.nowMs >= stepEndMs) return step
        if (sees(host) && host.boot !== boot) return 'connection-reset'
        if (sees(host) && host.faults.silent === 0) break
        await process.clock.wait(Math.min(200, stepEndMs - schedule.nowMs), signal)
      }
      const slowMs = host.faults.slow > 0 ? random.int(500, 2_500) : random.int(1, 20)
      await process.pass(slowMs + network.latencyMs() * 2)
      if (sees(host)) hear()
    }
    return undefined
  }

  const open = async (
    address: string,
    budgetMs: number,
    signal: AbortSignal,
    { onHeard }: OpeningEvents,
  ): Promise<Opening> => {
    const host = world.hostAt(address)
    const trail = { address: '', phases: [], detail: '' }
    const endMs = schedule.nowMs + budgetMs - 50
    const hear = (): void => {
      agent.hear(address)
      onHeard(address)
    }
    const tcp = await dial(host, Math.min(endMs, schedule.nowMs + connectWindowMs), signal)
    if (tcp !== 'taken') return { kind: 'no-contact', dials: [{ address, tcp }], trail }
    hear()
    const because = await logIn(host, endMs, signal, hear)
    const heard = { ...trail, address }
    return because === undefined
      ? {
          kind: 'open',
          session: openedSession(world, agent, host, () => onHeard(address)),
          trail: heard,
        }
      : { kind: 'evidence', evidence: { kind: 'refusal', because }, trail: heard }
  }

  return {
    open: async (target, budgetMs, signal, events) => {
      if (!process.call()) await never()
      const [address] = target.addresses
      events.onAddresses([address])
      return await open(address, budgetMs, signal, events)
    },
  }
}
