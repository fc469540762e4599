/** How far a contact came: the trail of phases with their lengths. */
import type { Clock } from '../fence/ports.ts'
import type { ContactTrail, Phase } from '../fence/trail.ts'

export interface PhaseLog {
  /** Ends the phase before it. */
  readonly enter: (phase: Phase) => void
  /** Ends the last phase and gives the trail. */
  readonly close: (address: string, detail: string) => ContactTrail
}

export const createPhaseLog = (clock: Clock): PhaseLog => {
  const ended: { readonly phase: Phase; readonly ms: number }[] = []
  let current: { readonly phase: Phase; readonly startMs: number } | undefined
  const end = (): void => {
    if (current === undefined) return
    ended.push({ phase: current.phase, ms: Math.round(clock.nowMs() - current.startMs) })
    current = undefined
  }
  return {
    enter: (phase) => {
      end()
      current = { phase, startMs: clock.nowMs() }
    },
    close: (address, detail) => {
      end()
      return { address, phases: [...ended], detail }
    },
  }
}
