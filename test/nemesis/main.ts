/** `scripts/nemesis`: a long run, or one round again. Runs inside of a lab. */
import { inspect, parseArgs } from 'node:util'
import type { RoundHistory } from './history.ts'
import type { Violation } from './invariants.ts'
import type { RoundPlan } from './plan.ts'
import { runNemesis } from './run.ts'

const number = { type: 'string' } as const
const { values } = parseArgs({
  options: { seed: number, round: number, minutes: number, fences: number, parallel: number },
})

const read = (name: keyof typeof values, unless: number): number => {
  const text = values[name]
  if (text === undefined) return unless
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} takes a number: ${text}`)
  return Number(text)
}

const seed = read('seed', 1)
const round = read('round', -1)
const fencesMax = read('fences', values.minutes === undefined ? 60 : Infinity)
const endMs = performance.now() + read('minutes', Infinity) * 60_000

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const describe = (plan: RoundPlan, history: RoundHistory, found: readonly Violation[]): void => {
  const faults = plan.phases.map(({ faults }) => faults.map(({ name }) => name).join(' + '))
  say(`round ${plan.round}: ${history.fences.length} fences; ${faults.join('; ')}`)
  for (const { unsafe, invariant, text } of found) {
    say(`  ${unsafe ? 'UNSAFE' : 'VIOLATION'} ${invariant}: ${text}`)
  }
  if (found.some(({ unsafe }) => unsafe)) say(`  ${JSON.stringify(history)}`)
  if (found.length > 0) say(`  again: scripts/nemesis --seed ${seed} --round ${plan.round}`)
  if (round === -1) return
  say(JSON.stringify(plan, undefined, 2))
  for (const fence of history.fences) say(JSON.stringify(fence))
}

let broken = 0
const report = await runNemesis({
  seed,
  firstRound: Math.max(0, round),
  parallel: read('parallel', 3),
  goesOn: (rounds, fences) =>
    round === -1 ? fences < fencesMax && performance.now() < endMs : rounds === 0,
  onRound: describe,
  onBroken: (plan, error) => {
    broken += 1
    say(`round ${plan.round} was not played: ${inspect(error)}`)
  },
})
for (const line of report.table()) say(line)
say(`${report.closing()}, rounds not played ${broken}`)
process.exitCode = report.violations() + broken === 0 ? 0 : 1
