/** `scripts/simulate`: see there for what it takes. Exit 1 where a promise was broken. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeScenarios } from '../scenarios/scenario.ts'
import { lightenSignals } from './light-signals.ts'
import { tryMutants } from './mutants.ts'
import { play } from './play.ts'
import type { Plan } from './plan.ts'
import { runWorlds, summaryOf } from './run.ts'
import { planOf } from './seeds.ts'
import { allOf, planWith, shrink } from './shrink.ts'
import type { Kept } from './shrink.ts'

const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fences: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    world: { type: 'string' },
    faults: { type: 'string' },
    asks: { type: 'string' },
    plan: { type: 'string' },
    brief: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    'write-scenarios': { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const fences = Number(values.fences)

const numbersIn = (text: string): readonly number[] =>
  text === '' ? [] : text.split(',').map(Number)

const showPlan = async (plan: Plan): Promise<number> => {
  const { log, violations } = await play(plan, true)
  log.forEach(print)
  for (const { law, words } of violations) print(`broken: ${law}: ${words}`)
  return violations.length === 0 ? 0 : 1
}

const showWorld = async (world: number): Promise<number> => {
  const plan = planOf(seed, world)
  const all = allOf(plan)
  const kept: Kept = {
    faults: values.faults === undefined ? all.faults : numbersIn(values.faults),
    asks: values.asks === undefined ? all.asks : numbersIn(values.asks),
  }
  return await showPlan(planWith(plan, kept))
}

const run = async (): Promise<number> => {
  const done = await runWorlds(seed, {
    fences,
    onWorld: (world, count) => {
      if (world % 5000 === 0) print(`world ${world}, ${count} fences`)
    },
  })
  summaryOf(done).forEach(print)
  for (const { world, violations } of done.red) {
    const [first] = violations
    if (first === undefined) continue
    print(`world ${world}: ${first.law}: ${first.words}`)
    if (values.brief) continue
    const plan = planOf(seed, world)
    const kept = await shrink(plan, first.law)
    const { faults, asks } = kept
    print('as little as still breaks it, with its log, and as a plan for corpus/:')
    print(
      `  scripts/simulate --seed ${seed} --world ${world} --faults '${faults.join()}' --asks '${asks.join()}'`,
    )
    print(JSON.stringify(planWith(plan, kept)))
  }
  return done.red.length === 0 ? 0 : 1
}

const undo = lightenSignals()
const chosen = async (): Promise<number> => {
  if (values.mutants) return await tryMutants(fences, positionals, print)
  if (values['write-scenarios']) return await writeScenarios(print)
  if (values.plan !== undefined)
    return await showPlan(JSON.parse(readFileSync(values.plan, 'utf8')) as Plan)
  return values.world === undefined ? await run() : await showWorld(Number(values.world))
}
const code = await chosen()
undo()
process.exitCode = code
