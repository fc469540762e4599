/** Looks, with a board of their own: their phases are not those of fences of the same suspect. */
import type { MakeContactDeps } from './suspect-access.ts'
import { createInFlight } from '../fence/in-flight.ts'
import type { InFlight } from '../fence/in-flight.ts'
import { createLookService } from '../inspect/look.ts'
import type { LookService } from '../inspect/look.ts'
import { realClock } from '../base/time/real-clock.ts'

export interface LookDeps {
  readonly looks: LookService
  readonly lookBoard: InFlight
}

export const composeLooks = (makeContactDeps: MakeContactDeps): LookDeps => {
  const lookBoard = createInFlight(realClock, 'look')
  const service = createLookService(makeContactDeps(lookBoard.enter))
  const look: LookService['look'] = async (request) =>
    await lookBoard.during(request, () => service.look(request))
  return { looks: { ...service, look }, lookBoard }
}
