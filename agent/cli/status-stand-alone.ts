/** A look by this very process, where no agent runs. It writes nothing but host keys that are pinned on first contact. */
import { dirname } from 'node:path'
import { composeEyes } from '../compose-eyes.ts'
import { composeLooks } from '../compose-looks.ts'
import type { LookParts } from '../compose-looks.ts'
import type { Config } from '../config/config.ts'
import { judgeLook } from '../contract/judged-look.ts'
import { lookReply } from '../contract/look-reply.ts'
import { asciiJson } from '../domain/ascii-json.ts'
import { realClock } from '../real-clock.ts'
import { asOwnerOf } from './as-owner.ts'
import type { AskedFor } from './fence-question.ts'
import { withProgress } from './progress.ts'
import { beginStandAlone, refusedHere } from './stand-alone.ts'
import type { Edge } from './subcommand.ts'
import type { SaidOfLook } from './tell-look.ts'

/** Undefined where nothing could be begun; why was told. */
export const statusStandAlone = async (
  { question, request: asked }: Extract<AskedFor, { kind: 'question' }>,
  config: Config,
  isExplained: boolean,
  edge: Edge,
): Promise<SaidOfLook | undefined> => {
  const request = beginStandAlone(asked, config, edge)
  const turnedAway = refusedHere(request.suspect, config)
  if (turnedAway !== undefined) return turnedAway
  return await asOwnerOf(dirname(config.ssh.knownHostsFile), async () => {
    let parts: LookParts
    try {
      parts = composeLooks(await composeEyes(config))
    } catch (error) {
      edge.err(`peerfence: nothing was begun: ${String(error)}\n`)
      return undefined
    }
    const { looks, lookBoard } = parts
    const phases = () => lookBoard.list().map(({ phase }) => phase)
    const words = (): string => String([...phases(), 'begins'][0])
    const progress = { clock: realClock, edge }
    const record = await withProgress(request.budgetMs, words, progress, () => looks.look(request))
    return judgeLook(question, 200, asciiJson(lookReply(record, isExplained)))
  })
}
