/** A drill by this very process: by the keys, the known hosts and the rules of the configuration. */
import { randomUUID } from 'node:crypto'
import { composeEyes } from '../compose-eyes.ts'
import type { MakeEyes } from '../compose-eyes.ts'
import type { Config } from '../config/config.ts'
import { drillReport } from '../contract/drill-report.ts'
import type { DrillReport, Tried } from '../contract/drill-report.ts'
import type { HostPort } from '../domain/host-port.ts'
import type { VmUuid } from '../domain/identity.ts'
import { drillHosts, hostsAtOnceMax } from '../fence/drill.ts'
import type { SuspectTarget } from '../fence/request.ts'
import { realClock } from '../real-clock.ts'
import { withProgress } from './progress.ts'
import { refusalHere } from './stand-alone.ts'
import type { Edge } from './subcommand.ts'

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
  edge: Edge,
): Promise<DrillReport | undefined> => {
  let makeEyes: MakeEyes
  try {
    makeEyes = await composeEyes(config)
  } catch (error) {
    edge.err(`peerfence: doctor: nothing was tried: ${String(error)}\n`)
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
    { clock: realClock, edge },
    async () =>
      await drillHosts(
        allowed,
        { isDrill, budgetMs },
        { ...makeEyes(() => undefined), newVm },
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
