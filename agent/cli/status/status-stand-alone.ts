/**
 * A look by this very process, where no agent runs. It writes nothing but host keys that are pinned
 * on first contact.
 */
import { dirname } from 'node:path'
import { composeSuspectAccess } from '../../compose/suspect-access.ts'
import { composeLooks } from '../../compose/looks.ts'
import type { LookDeps } from '../../compose/looks.ts'
import type { Config } from '../../config/config.ts'
import { judgeLook } from '../../client/judge-look.ts'
import { lookReply } from '../../contract/reply/look-reply.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import { realClock } from '../../base/time/real-clock.ts'
import { asOwnerOf } from '../as-owner.ts'
import type { AskedFor } from '../fence-question.ts'
import { withProgress } from '../progress.ts'
import { beginStandAlone, refusedHere } from '../stand-alone.ts'
import type { Terminal } from '../subcommand.ts'
import type { SaidOfLook } from './print-look.ts'

/** Undefined where nothing could be begun; why was told. */
export const statusStandAlone = async (
  { question, request: asked }: Extract<AskedFor, { kind: 'question' }>,
  config: Config,
  isExplained: boolean,
  terminal: Terminal,
): Promise<SaidOfLook | undefined> => {
  const request = beginStandAlone(asked, config, terminal)
  const rejected = refusedHere(request.suspect, config)
  if (rejected !== undefined) return rejected
  return await asOwnerOf(dirname(config.ssh.knownHostsFile), async () => {
    let parts: LookDeps
    try {
      parts = composeLooks(await composeSuspectAccess(config))
    } catch (error) {
      terminal.err(`peerfence: nothing was begun: ${String(error)}\n`)
      return undefined
    }
    const { looks, lookBoard } = parts
    const phases = () => lookBoard.list().map(({ phase }) => phase)
    const words = (): string => String([...phases(), 'begins'][0])
    const progress = { clock: realClock, terminal }
    const record = await withProgress(request.budgetMs, words, progress, () => looks.look(request))
    return judgeLook(question, 200, asciiJson(lookReply(record, isExplained)))
  })
}
