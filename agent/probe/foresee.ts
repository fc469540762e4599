/**
 * Beforehand, while a host is well: whether its silence would count by the way to it, and why not.
 */
import { parseProbeAddress } from './address.ts'
import { askPath } from './ip-and-ping.ts'
import type { ProbeConfig, ProbeDeps } from './probe.ts'
import { createOldEntries } from './stale-neighbour.ts'
import { askWitness, chooseWitnesses } from './witness.ts'

/** `itself`: an address of this very host. `no-way`: none that works now. */
export type Foreseen = 'counts' | 'itself' | 'no-way' | 'routed' | 'ipv6' | 'no-witness'

export type Foresee = (address: string, signal: AbortSignal) => Promise<Foreseen>

/** It asks the witnesses, and nothing of the host itself. */
export const createForesee =
  ({ witnesses, routedSilence }: ProbeConfig & ForeseeConfig, deps: ProbeDeps): Foresee =>
  async (text, signal) => {
    const sinceMs = deps.clock.nowMs()
    const probe = { ...deps, signal, sinceMs, oldEntries: createOldEntries() }
    const address = parseProbeAddress(text)
    if (address === undefined) return 'no-way'
    const seen = await askPath(probe, address)
    if (seen.kind === 'local') return 'itself'
    if (seen.kind !== 'path') return 'no-way'
    const isRouted = seen.path.kind === 'off-link'
    if (routedSilence === 'refuse' && isRouted) return 'routed'
    if (routedSilence === 'refuse' && address.family === 'ipv6') return 'ipv6'
    const paths = [{ text, address, path: seen.path }]
    const sources = { configured: witnesses, caller: undefined }
    const chosen = await chooseWitnesses(probe, sources, [address], paths)
    const heard = await Promise.all(chosen.map(async (one) => await askWitness(probe, one, paths)))
    const isByArp = !isRouted && address.family === 'ipv4'
    const isGood = heard.some(({ answered, neighbour, by, port, besides }) =>
      isByArp
        ? answered === 'yes' && neighbour === 'answered'
        : by === 'echo' && port === 'answered' && besides.length > 0,
    )
    return isGood ? 'counts' : 'no-witness'
  }

interface ForeseeConfig {
  readonly routedSilence: 'refuse' | 'accept'
}
