/** Whether a disk has two writers, and who has to answer for it. */
import type { Counts } from './counts.ts'
import type { Instance } from './storage.ts'
import type { World } from './world.ts'

interface Claim {
  readonly vm: string
  readonly host: string
  readonly kind: 'confirmed-dead' | 'unreachable'
  readonly fenceId: string
}

export const createWriters = (
  { storage, say }: World,
  violated: (law: string, words: string) => void,
  counts: Counts,
) => {
  /** Until when a proof speaks: what came later came after it. */
  const provenMs = new Map<string, number>()
  let claim: Claim | undefined

  const told = (what: string): void => {
    say(() => what)
    counts.add(what)
  }

  /** What a start elsewhere finds alive. */
  const blame = (what: string, other: Instance): void => {
    if (claim?.host === other.host && claim.kind === 'unreachable') {
      told('two writers after a silence')
    } else if (
      claim?.host === other.host &&
      other.bornMs > (provenMs.get(claim.fenceId) ?? Infinity)
    ) {
      told('two writers after a start that followed a proof')
    } else if (
      other.why === 'somebody' ||
      other.why === 'autostarted' ||
      other.why === 'respawned'
    ) {
      told('two writers by somebody else')
    } else {
      const words = `${what}, and number ${other.number} lives on ${other.host} (${other.why}, from ${other.bornMs})`
      violated(
        'two-writers',
        `${words} (${claim?.kind ?? 'no verdict'} by ${claim?.fenceId ?? 'nobody'})`,
      )
    }
    other.isForsaken = true
  }

  return {
    proven: (fenceId: string, ms: number): void => {
      provenMs.set(fenceId, ms)
    },
    /** The node is about to start a VM on the word of a fence. */
    proceeds: (vm: string, host: string, kind: Claim['kind'], fenceId: string): void => {
      claim = { vm, host, kind, fenceId }
    },
    /** The node has given up what runs elsewhere, whatever came of its own start. */
    held: (vm: string, host: string, why: Instance['why']): void => {
      say(() => `${vm} does not start on ${host} (${why}): in quarantine`)
      counts.add(`held by a quarantine: ${why}`)
      if (why !== 'ha') return
      const others = storage.living(vm).filter(({ isForsaken }) => !isForsaken)
      for (const other of others) blame(`${vm} was to start on ${host}`, other)
      claim = undefined
    },
    started: (one: Instance): void => {
      const what = `number ${one.number} of ${one.vm} starts on ${one.host} (${one.why})`
      say(() => what)
      const others = storage.living(one.vm).filter((other) => other !== one && !other.isForsaken)
      if (one.why === 'ha' || one.why === 'in-place') {
        for (const other of others) blame(what, other)
      } else if (others.length > 0 && one.why !== 'migrated') {
        one.isForsaken = true
        told('two writers by somebody else')
      }
      claim = undefined
    },
  }
}
