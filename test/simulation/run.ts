/** World after world of one seed, and their sum. */
import { createCounts } from './counts.ts'
import type { Counts } from './counts.ts'
import type { Violation } from './oracle.ts'
import { play } from './play.ts'
import { planOf } from './seeds.ts'

export interface RedWorld {
  readonly world: number
  readonly violations: readonly Violation[]
}

export interface Run {
  readonly counts: Counts
  readonly red: readonly RedWorld[]
  /** Of this process, in s: what else runs on the machine counts little. */
  readonly cpuSec: number
  readonly wallSec: number
}

export interface RunLimits {
  readonly fences: number
  /** Enough have been seen then. */
  readonly redMax?: number
  readonly onWorld?: (world: number, fences: number) => void
}

export const runWorlds = async (
  seed: number,
  { fences, redMax = 1, onWorld = () => undefined }: RunLimits,
): Promise<Run> => {
  const counts = createCounts()
  const red: RedWorld[] = []
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()]
  for (let world = 1; counts.of('fences') < fences && red.length < redMax; world += 1) {
    const played = await play(planOf(seed, world))
    for (const [what, times] of played.counts.all()) counts.add(what, times)
    const { violations } = played
    if (violations.length > 0) red.push({ world, violations })
    onWorld(world, counts.of('fences'))
  }
  const { user, system } = process.cpuUsage(startCpu)
  const cpuSec = (user + system) / 1e6
  return { counts, red, cpuSec, wallSec: (performance.now() - startMs) / 1000 }
}

/** For people; the last line is what may be published. */
export const summaryOf = ({ counts, red, cpuSec, wallSec }: Run): readonly string[] => {
  const fences = counts.of('fences')
  const aMinute = Math.round((fences / cpuSec) * 60)
  const worlds = counts.of('worlds')
  const rest = counts.all().filter(([what]) => what !== 'fences' && what !== 'worlds')
  return [
    ...rest.map(([what, times]) => `${String(times).padStart(9)} ${what}`),
    `${fences} fences in ${worlds} worlds; ${cpuSec.toFixed(1)} s of processor time (${aMinute} a minute), ${wallSec.toFixed(1)} s on the wall`,
    red.length === 0
      ? `0 of ${fences} broke a promise: with 95 % certainty fewer than 3/N = ${((300 / fences) * 1).toPrecision(2)} % do`
      : `${red.length} worlds broke a promise`,
  ]
}
