/** One round, from its plan to its history: faults and fences mixed, then all faults undone. */
import { setTimeout as sleep } from 'node:timers/promises'
import { applyFault } from './faults.ts'
import type { Undo } from './faults.ts'
import { sendFence, readRecords } from './fence.ts'
import type { FenceSeen, LivingQemu, RoundHistory, Sighting } from './history.ts'
import { readVerdict } from './invariants.ts'
import { faultKind } from './kinds.ts'
import { nowMs } from './observer.ts'
import type { FaultPlan, FencePlan, PhasePlan, RoundPlan } from './plan.ts'
import { openScene, startTarget } from './scene.ts'
import type { Scene } from './scene.ts'

/** How long after the last undo a write may still show: the guest writes 18 times a second. */
const settleMs = 1_500

export const playRound = async (plan: RoundPlan): Promise<RoundHistory> => {
  const scene = await openScene(plan)
  try {
    const fences: FenceSeen[] = []
    const sightings: Sighting[] = []
    for (const phase of plan.phases) {
      fences.push(...(await playPhase(scene, phase)))
      sightings.push(...look(scene, fences))
      const isDead = fences.some((fence) => fence.vm === phase.target.vm && isConfirmedDead(fence))
      if (!isDead) fences.push(await fenceAgain(scene, phase))
    }
    await sleep(settleMs)
    sightings.push(...look(scene, fences), ...(await lookOtherwise(scene, fences)))
    const bystanders = await scene.bystanders.look()
    const { directory } = await scene.agent.now()
    return { fences, sightings, bystanders, journal: readRecords(directory) }
  } finally {
    await scene.close()
  }
}

const playPhase = async (scene: Scene, phase: PhasePlan): Promise<readonly FenceSeen[]> => {
  const { target, faults, fences } = phase
  const undos: Undo[] = []
  const apply = async ({ name, size }: FaultPlan): Promise<void> => {
    undos.push(await applyFault(name, scene, target, size))
  }
  await startTarget(scene, target)
  const kinds = faults.map(({ name }) => faultKind(name))
  const circumstances = {
    faults: faults.map(({ name }) => name),
    recoverable: kinds.every(({ recoverable }) => recoverable),
    relayed: kinds.some(({ relay }) => relay),
  }
  const applyLater = async (fault: FaultPlan): Promise<void> => {
    if (fault.atMs === undefined) return
    await sleep(fault.atMs)
    await apply(fault)
  }
  const send = async (fence: FencePlan): Promise<FenceSeen> => {
    await sleep(fence.atMs)
    return await sendFence(scene, fence, circumstances)
  }
  let running: readonly Promise<unknown>[] = []
  try {
    for (const fault of faults) if (fault.atMs === undefined) await apply(fault)
    const answers = fences.map(send)
    const later = faults.map(applyLater)
    running = [...answers, ...later]
    const [seen] = await Promise.all([Promise.all(answers), Promise.all(later)])
    return seen
  } finally {
    // Also where something of it failed: a fault that stays would spoil the rounds to come.
    await Promise.allSettled(running)
    for (const undo of undos.toReversed()) await undo()
  }
}

/** Without any fault now: whatever came before, the VM can be proven dead. */
const fenceAgain = async (scene: Scene, { target }: PhasePlan): Promise<FenceSeen> => {
  const plan = {
    atMs: 0,
    budgetSec: 15,
    user: 'root',
    bothAddresses: false,
    namesHost: true,
  } as const
  const circumstances = { faults: [], recoverable: true, relayed: false }
  return await sendFence(scene, { ...plan, vm: target.vm }, circumstances)
}

const isConfirmedDead = ({ answer }: FenceSeen): boolean =>
  answer !== undefined && readVerdict(answer) === 'qemuConfirmedDead'

const confirmedVms = (fences: readonly FenceSeen[]): readonly string[] => [
  ...new Set(fences.filter(isConfirmedDead).map(({ vm }) => vm)),
]

const look = ({ observer }: Scene, fences: readonly FenceSeen[]): readonly Sighting[] =>
  confirmedVms(fences).map((vm) => ({
    vm,
    atMs: nowMs(),
    living: observer.living(vm),
    counters: observer.counters(vm),
  }))

/** The lab's own search by another way: every task's command line. */
const lookOtherwise = async (
  { suspect, observer }: Scene,
  fences: readonly FenceSeen[],
): Promise<readonly Sighting[]> =>
  await Promise.all(
    confirmedVms(fences).map(async (vm) => {
      const tasks = await suspect.living(vm)
      const known = observer.living(vm)
      // What only the lab finds has a start that we do not know: the earliest.
      const found = tasks.map((task): LivingQemu => ({
        pid: Number(task.split(' ')[0]),
        startedMs: known.find(({ pid }) => task.startsWith(`${pid} `))?.startedMs ?? 0,
        tasks: [task],
      }))
      return { vm, atMs: nowMs(), living: found, counters: observer.counters(vm) }
    }),
  )
