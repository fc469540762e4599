/** Looks, with a board of their own: their phases are not those of fences of the same suspect. */
import type { MakeEyes } from './compose-eyes.ts'
import { createBoard } from './fence/board.ts'
import type { Board } from './fence/board.ts'
import { createLookService } from './fence/look.ts'
import type { LookService } from './fence/look.ts'
import { realClock } from './real-clock.ts'

export interface LookParts {
  readonly looks: LookService
  readonly lookBoard: Board
}

export const composeLooks = (makeEyes: MakeEyes): LookParts => {
  const lookBoard = createBoard(realClock, 'look')
  const service = createLookService(makeEyes(lookBoard.enter))
  const look: LookService['look'] = async (request) =>
    await lookBoard.during(request, () => service.look(request))
  return { looks: { ...service, look }, lookBoard }
}
