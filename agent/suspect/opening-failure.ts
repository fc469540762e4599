/** How the way to a suspect ended without a login: as evidence, with the trail of it. */
import type { Evidence } from '../domain/evidence.ts'
import type { Opening } from '../fence/ports.ts'
import { fingerprint } from './host-key/known-hosts.ts'
import { detailOf, evidenceOf } from './session-end.ts'
import type { SessionEnd } from './session-end.ts'
import type { PhaseLog } from './phase-log.ts'

/** A bug of ours, or a promise of the runtime that does not hold: a doubt, whatever it is. */
export const fault = (error: unknown, log: PhaseLog): Opening => {
  const name = error instanceof Error ? error.name : 'thrown'
  const trail = log.close('', `a fault in the agent itself (${name})`)
  return evidenceIs({ kind: 'own-trouble', because: 'internal-error' }, trail)
}

export const ending = (
  log: PhaseLog,
  address: string,
  end: SessionEnd,
  key?: Buffer,
  known: readonly string[] = [],
): Opening => {
  const isAboutKey = key !== undefined && end.startsWith('host-key')
  if (!isAboutKey) return evidenceIs(evidenceOf(end), log.close(address, detailOf(end)))
  const shown = fingerprint(key)
  const trail = log.close(address, `${detailOf(end)} (${shown})`)
  return evidenceIs(evidenceOf(end), { ...trail, hostKey: { shown, known } })
}

export const evidenceIs = (evidence: Evidence, trail: ReturnType<PhaseLog['close']>): Opening => ({
  kind: 'evidence',
  evidence,
  trail,
})
