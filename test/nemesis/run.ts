/** Many rounds, some at a time, until enough was seen. */
import type { RoundHistory } from './history.ts'
import type { Violation } from './invariants.ts'
import { listenForSigns } from './observer.ts'
import { planRound } from './plan.ts'
import type { RoundPlan } from './plan.ts'
import { createReport } from './report.ts'
import type { Report } from './report.ts'
import { playRound } from './round.ts'

export interface RunOptions {
  readonly seed: number
  readonly firstRound: number
  /** How many rounds may run at the same time, each on hosts of its own. */
  readonly parallel: number
  /** Asked before each round. */
  readonly goesOn: (rounds: number, fences: number) => boolean
  readonly onRound: (plan: RoundPlan, history: RoundHistory, found: readonly Violation[]) => void
  /** A round that could not be played: a fault of the lab or of the nemesis. The run goes on. */
  readonly onBroken: (plan: RoundPlan, error: unknown) => void
}

export const runNemesis = async (options: RunOptions): Promise<Report> => {
  await listenForSigns()
  const report = createReport()
  const playing = new Set<Promise<void>>()
  const play = async (plan: RoundPlan): Promise<void> => {
    try {
      const history = await playRound(plan)
      options.onRound(plan, history, report.add(history))
    } catch (error) {
      options.onBroken(plan, error)
    }
  }
  for (let rounds = 0; options.goesOn(rounds, report.fences()); rounds += 1) {
    const plan = planRound(options.seed, options.firstRound + rounds)
    if (plan.alone) await Promise.all(playing)
    const round = play(plan).finally(() => playing.delete(round))
    playing.add(round)
    if (plan.alone || playing.size >= options.parallel) await Promise.race(playing)
  }
  await Promise.all(playing)
  return report
}
