/**
 * A drill by this very process: by the keys, the known hosts and the rules of the configuration.
 */
import { randomUUID } from 'node:crypto'
import { composeSuspectAccess } from '../../compose/suspect-access.ts'
import type { MakeContactDeps } from '../../compose/suspect-access.ts'
import type { Config } from '../../config/config.ts'
import { drillReport } from '../../contract/reply/drill-report.ts'
import type { DrillReport, Tried } from '../../contract/reply/drill-report.ts'
import type { HostPort } from '../../base/net/host-port.ts'
import type { VmUuid } from '../../domain/vm-uuid.ts'
import { drillHosts, hostsAtOnceMax } from '../../inspect/drill.ts'
import type { SuspectTarget } from '../../fence/request.ts'
import { realClock } from '../../base/time/real-clock.ts'
import { withProgress } from '../progress.ts'
import { refusalHere } from '../stand-alone.ts'
import type { Terminal } from '../subcommand.ts'

export interface DoctorAsk {
  readonly peers: readonly HostPort[]
  /** Of each login. */
  readonly timeoutSec: number
  readonly isDrill: boolean
}

/** Undefined where nothing could be begun; why was told. */
export const doctorRun = async (
  { peers, timeoutSec, isDrill }: DoctorAsk,
  config: Config,
  terminal: Terminal,
): Promise<DrillReport | undefined> => {
  let makeContactDeps: MakeContactDeps
  try {
    makeContactDeps = await composeSuspectAccess(config)
  } catch (error) {
    terminal.err(`peerfence: doctor: nothing was tried: ${String(error)}\n`)
    return undefined
  }
  const suspects = peers.map(targetOf)
  const refusals = new Map(suspects.map((one) => [one, refusalHere(one, config)]))
  const allowed = suspects.filter((one) => refusals.get(one) === undefined)
  const budgetMs = timeoutSec * 1000
  const totalMs = Math.ceil(allowed.length / hostsAtOnceMax) * budgetMs * (isDrill ? 2 : 1)
  let done = 0
  const drilled = await withProgress(
    totalMs,
    () => `${done} of ${allowed.length} hosts are through`,
    { clock: realClock, terminal },
    async () =>
      await drillHosts(
        allowed,
        { isDrill, budgetMs },
        { ...makeContactDeps(() => undefined), newVm },
        new AbortController().signal,
        () => (done += 1),
      ),
  )
  const tried = suspects.flatMap((suspect): readonly Tried[] => {
    const refusal = refusals.get(suspect)
    return refusal === undefined
      ? drilled.filter((one) => one.suspect === suspect)
      : [{ suspect, refusal }]
  })
  return drillReport(tried, isDrill, realClock.wallTime())
}

/** As whom to log in is for `ssh.logins` to say. */
const targetOf = ({ host, port }: HostPort): SuspectTarget => ({
  addresses: [host],
  port,
  user: 'root',
  hostUuid: '',
})

/** Lower case with dashes, as `randomUUID` writes it. */
const newVm = (): VmUuid => randomUUID() as string as VmUuid
