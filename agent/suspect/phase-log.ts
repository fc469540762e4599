/** How far a contact came: the trail of phases with their lengths. */
import type { Clock } from '../base/time/clock.ts'
import type { ContactTrail, Phase, PhaseTime } from '../fence/contact-trail.ts'

/** Whoever watches a fence while it runs. Must not throw. */
export type OnPhase = (phase: Phase) => void

export interface PhaseLog {
  /** Ends the phase before it. */
  readonly enter: (phase: Phase) => void
  /** The phases so far, the one that still lasts included. */
  readonly soFar: () => readonly PhaseTime[]
  /** Ends the last phase and gives the trail. */
  readonly close: (address: string, detail: string) => ContactTrail
}

export const createPhaseLog = (clock: Clock, onPhase?: OnPhase): PhaseLog => {
  const ended: PhaseTime[] = []
  let current: { readonly phase: Phase; readonly startMs: number } | undefined
  const soFar = (): readonly PhaseTime[] => {
    if (current === undefined) return [...ended]
    return [...ended, { phase: current.phase, ms: Math.round(clock.nowMs() - current.startMs) }]
  }
  const end = (): void => {
    ended.splice(0, ended.length, ...soFar())
    current = undefined
  }
  return {
    enter: (phase) => {
      end()
      onPhase?.(phase)
      current = { phase, startMs: clock.nowMs() }
    },
    soFar,
    close: (address, detail) => {
      end()
      return { address, phases: [...ended], detail }
    },
  }
}
