/** From a seed and a round's number to everything that is going to happen in that round. Pure. */
import { companions, faultKind, faultNames } from './kinds.ts'
import type { FaultKind, FaultName } from './kinds.ts'
import { createPrng } from './prng.ts'
import type { Prng } from './prng.ts'

export interface TargetPlan {
  readonly vm: string
  readonly name: 'hex' | 'instance'
  readonly disk: 'plain' | 'file' | 'lun-native' | 'lun-uring'
  readonly orphan: boolean
}

export interface FaultPlan {
  readonly name: FaultName
  /** ms after the first request; undefined: it stands before. */
  readonly atMs: number | undefined
  /** ms, bytes, percent or a count: what the fault makes of it. */
  readonly size: number
}

export interface FencePlan {
  readonly vm: string
  readonly atMs: number
  readonly budgetSec: number
  readonly user: 'root' | 'ops'
  readonly bothAddresses: boolean
  readonly namesHost: boolean
}

export interface PhasePlan {
  readonly target: TargetPlan
  readonly faults: readonly FaultPlan[]
  readonly fences: readonly FencePlan[]
}

export interface RoundPlan {
  readonly seed: number
  readonly round: number
  readonly hostUuid: string
  readonly phases: readonly PhasePlan[]
  /** Whether somebody else is logged in to the host. */
  readonly guest: boolean
  /** Whether no other round may run beside it. */
  readonly alone: boolean
}

export const phasesPerRound = 3

/** Every fault is the first of a phase once in so many rounds. */
export const roundsPerCycle = Math.ceil(faultNames.length / phasesPerRound)

export const planRound = (seed: number, round: number): RoundPlan => {
  const prng = createPrng(seed, round)
  const phases = deckOf(seed, round).map((first) => planPhase(prng, first))
  return {
    seed,
    round,
    hostUuid: prng.uuid().replaceAll('-', ''),
    phases,
    guest: prng.chance(40),
    alone: phases.some(({ faults }) => faults.some(({ name }) => faultKind(name).alone === true)),
  }
}

/** The first faults of a round's phases, dealt from a deck that is shuffled anew for each cycle. */
const deckOf = (seed: number, round: number): readonly FaultName[] => {
  const cycle = Math.floor(round / roundsPerCycle)
  const deck = createPrng(seed, cycle, 1).shuffle(faultNames)
  const start = (round % roundsPerCycle) * phasesPerRound
  return deck.slice(start, start + phasesPerRound)
}

const planPhase = (prng: Prng, first: FaultName): PhasePlan => {
  const names: FaultName[] = [first]
  const second = prng.pick(companions)
  const { disk, apart } = faultKind(first)
  const fits = disk === undefined && second !== first && second !== apart
  if (fits && prng.chance(35)) names.push(second)
  const kinds = names.map(faultKind)
  const target: TargetPlan = {
    vm: prng.uuid(),
    name: prng.pick(['hex', 'instance']),
    disk: kinds.find(({ disk }) => disk !== undefined)?.disk ?? 'plain',
    // The second qemu is an orphan, and a VM has room for one.
    orphan:
      kinds.some(({ orphan }) => orphan) || (!names.includes('second-qemu') && prng.chance(20)),
  }
  const faults = names.map((name) => planFault(prng, name))
  return { target, faults, fences: planFences(prng, target, names, kinds) }
}

const planFault = (prng: Prng, name: FaultName): FaultPlan => {
  const { when } = faultKind(name)
  const during = when === 'during' || (when === 'any' && prng.chance(50))
  return { name, atMs: during ? prng.int(0, 1100) : undefined, size: prng.int(0, 999) }
}

const planFences = (
  prng: Prng,
  target: TargetPlan,
  names: readonly FaultName[],
  kinds: readonly FaultKind[],
): readonly FencePlan[] => {
  const isRecoverable = kinds.every(({ recoverable }) => recoverable)
  const isSlow = kinds.some(({ slow }) => slow)
  const budgetsSec = isRecoverable ? [12, 15, 20] : isSlow ? [6, 10, 14] : [5, 6, 7]
  const fence = (vm: string): FencePlan => ({
    vm,
    atMs: prng.chance(50) ? 0 : prng.int(0, 600),
    budgetSec: prng.pick(budgetsSec),
    user: prng.chance(20) ? 'ops' : 'root',
    bothAddresses: prng.chance(25),
    namesHost: names.includes('twin-host') || prng.chance(50),
  })
  const first = fence(target.vm)
  // The very same request twice shares one look; one that differs has its own.
  const again = prng.chance(30) ? [{ ...first, atMs: first.atMs + prng.int(0, 300) }] : []
  const rival = prng.chance(30) ? [fence(target.vm)] : []
  const absent = names.includes('storm') ? prng.int(8, 14) : prng.chance(30) ? 1 : 0
  const others = Array.from({ length: absent }, () => ({ ...fence(prng.uuid()), atMs: 0 }))
  return [{ ...first, atMs: 0 }, ...again, ...rival, ...others]
}
