import { test } from 'tap'
import { faultKind, faultNames } from './kinds.ts'
import { phasesPerRound, planRound, roundsPerCycle } from './plan.ts'
import type { PhasePlan } from './plan.ts'
import { createPrng } from './prng.ts'

const cycle = (seed: number): readonly PhasePlan[] =>
  Array.from({ length: roundsPerCycle }, (_, round) => planRound(seed, round).phases).flat()

test('the same seed and round make the same plan', async (t) => {
  for (const round of [0, 7, 1234]) t.same(planRound(5, round), planRound(5, round))
  t.not(JSON.stringify(planRound(5, 1)), JSON.stringify(planRound(1, 5)))
  t.notSame(planRound(5, 1).phases, planRound(6, 1).phases)
  t.notSame(planRound(5, 1).phases, planRound(5, 1 + roundsPerCycle).phases)
})

test('every fault comes first once in a cycle, and never a fourth of them in a round', async (t) => {
  const firsts = cycle(3).map(({ faults: [first] }) => first?.name ?? '')
  t.same(firsts.toSorted(), [...faultNames].toSorted())
  t.ok(planRound(3, 0).phases.length === phasesPerRound)
})

/** What is wrong with a phase, in words. */
const faultsOf = ({ target, faults, fences }: PhasePlan): readonly string[] => {
  const kinds = faults.map(({ name }) => faultKind(name))
  const disk = kinds.find((kind) => kind.disk !== undefined)?.disk ?? 'plain'
  const isSecond = faults.some(({ name }) => name === 'second-qemu')
  const isTimed = (i: number): boolean => faults[i]?.atMs !== undefined
  const rules: Readonly<Record<string, boolean>> = {
    'the disk is the one that the fault needs': target.disk === disk,
    'an orphan where one is needed': target.orphan || !kinds.some(({ orphan }) => orphan),
    'room for a second orphan': !(isSecond && target.orphan),
    'nothing beside what it cannot be beside': kinds.every(
      ({ apart }) => !faults.some(({ name }) => name === apart),
    ),
    'what has to stand before stands before': kinds.every(
      ({ when }, i) => when === 'any' || isTimed(i) === (when === 'during'),
    ),
    'the VM itself is fenced at once': fences[0]?.vm === target.vm && fences[0].atMs === 0,
  }
  return Object.keys(rules).filter((rule) => rules[rule] !== true)
}

test('a phase can be played as it is planned', async (t) => {
  const phases = Array.from({ length: 50 }, (_, seed) => cycle(seed)).flat()
  for (const phase of phases) {
    const faults = faultsOf(phase)
    if (faults.length > 0) t.same(faults, [], JSON.stringify(phase))
  }
  t.equal(new Set(phases.map(({ target }) => target.vm)).size, phases.length, 'no VM twice')
})

test('a round that harms the peer itself runs alone', async (t) => {
  const rounds = Array.from({ length: roundsPerCycle }, (_, round) => planRound(9, round))
  const harmful = rounds.filter(({ phases }) =>
    phases.some(({ faults }) => faults.some(({ name }) => name === 'peer-link-down')),
  )
  t.same(
    rounds.filter(({ alone }) => alone),
    harmful,
  )
  t.equal(harmful.length, 1)
})

test('the dice are fair enough', async (t) => {
  const prng = createPrng(1)
  const rolls = Array.from({ length: 6000 }, () => prng.int(1, 6))
  for (const side of [1, 2, 3, 4, 5, 6]) {
    const share = rolls.filter((roll) => roll === side).length / rolls.length
    t.ok(share > 0.14 && share < 0.2, `${side}: ${share}`)
  }
  t.match(prng.uuid(), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  t.throws(() => prng.pick([]))
})
