/** Looks, with a board of their own: their phases are not those of fences of the same suspect. */
import type { MakeContactDeps } from './suspect-access.ts'
import { liftOf } from '../domain/lift.ts'
import { createInFlight } from '../fence/in-flight.ts'
import type { InFlight } from '../fence/in-flight.ts'
import { createLookService } from '../inspect/look.ts'
import type { LookRecord, LookService } from '../inspect/look.ts'
import type { FenceRequest } from '../fence/request.ts'
import type { FileJournal } from '../journal/journal.ts'
import { realClock } from '../base/time/real-clock.ts'

export interface LookDeps {
  readonly looks: Omit<LookService, 'unfence'>
  /** Journalled before anything is done and afterwards; rejects where it cannot be. */
  readonly unfence: (
    request: FenceRequest,
    journal: Pick<FileJournal, 'unfence'>,
  ) => Promise<LookRecord>
  readonly lookBoard: InFlight
}

export const composeLooks = (makeContactDeps: MakeContactDeps): LookDeps => {
  const lookBoard = createInFlight(realClock)
  const service = createLookService(makeContactDeps(lookBoard.enter))
  const look: LookService['look'] = async (request) =>
    await lookBoard.during(request, () => service.look(request), 'look')
  const unfence: LookDeps['unfence'] = async (request, journal) => {
    await journal.unfence(request, 'asked')
    const record = await lookBoard.during(request, () => service.unfence(request), 'unfence')
    await journal.unfence(request, liftOf(record.seen.evidence).kind)
    return record
  }
  return { looks: { ...service, look }, unfence, lookBoard }
}
