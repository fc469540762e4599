/**
 * What is in flight at this moment and how far it came, for whoever looks while it runs. Never read
 * by the rule.
 */
import type { VmUuid } from '../domain/vm-uuid.ts'
import type { Clock } from '../base/time/clock.ts'
import type { FenceRequest, SuspectTarget } from './request.ts'
import { isSameSuspect } from './same-suspect.ts'
import type { FenceService } from './service.ts'
import type { Phase } from './contact-trail.ts'

export interface InFlightFence {
  readonly request: FenceRequest
  readonly action: 'fence' | 'look' | 'unfence'
  /** `queue` until something is done for it. */
  readonly phase: Phase
  readonly elapsedMs: number
}

export interface InFlight {
  /** In order of arrival. */
  readonly list: () => readonly InFlightFence[]
  /** Of everything that is in flight for the suspect, or of these VMs alone. */
  readonly enter: (suspect: SuspectTarget, phase: Phase, vms?: readonly VmUuid[]) => void
  /** The same service, with every request of it on the board while it is in flight. */
  readonly watch: (service: FenceService) => FenceService
  /** With the request on the board until the work ends. */
  readonly during: <T>(
    request: FenceRequest,
    work: () => Promise<T>,
    action?: InFlightFence['action'],
  ) => Promise<T>
}

interface FenceInFlight {
  readonly request: FenceRequest
  readonly action: InFlightFence['action']
  readonly startedMs: number
  phase: Phase
}

export const createInFlight = ({ nowMs }: Pick<Clock, 'nowMs'>): InFlight => {
  const inFlight = new Map<string, FenceInFlight>()
  const during: InFlight['during'] = async (request, work, action = 'fence') => {
    inFlight.set(request.fenceId, { request, action, startedMs: nowMs(), phase: 'queue' })
    try {
      return await work()
    } finally {
      inFlight.delete(request.fenceId)
    }
  }
  return {
    during,
    list: () =>
      [...inFlight.values()].map(({ request, action, startedMs, phase }) => ({
        request,
        action,
        phase,
        elapsedMs: Math.round(nowMs() - startedMs),
      })),
    enter: (suspect, phase, vms) => {
      for (const entry of inFlight.values()) {
        const { request } = entry
        const isMeant = vms === undefined || vms.includes(request.vm)
        if (isMeant && isSameSuspect(request.suspect, suspect)) entry.phase = phase
      }
    },
    watch: (service) => ({
      ...service,
      fence: async (request, calledOff) =>
        await during(request, () => service.fence(request, calledOff)),
    }),
  }
}
