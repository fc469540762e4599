/** The lines of one VM's frame, from `vm` to `vm-end`, to its report. */
import type {
  DoubtfulProcess,
  FinalScan,
  HostIdentity,
  ProcessView,
  QemuEnd,
  QemuSeen,
  TaskSeen,
  VmReport,
} from '../../domain/evidence.ts'
import { parseVmUuid } from '../../domain/vm-uuid.ts'
import type { SuspectTools } from '../../fence/ports.ts'
import { words } from './report-line.ts'
import { readObservers } from './report-observers.ts'
import type { LineReader } from './line-reader.ts'
import type { ReportLine } from './report-line.ts'

/** What stands once before all frames. */
export interface ReportHead {
  readonly host: HostIdentity
  readonly view: ProcessView
}

/** Undefined where it is not that of the run that was asked for. */
export const headOf = (
  reader: LineReader,
  asked: { readonly action: string; readonly vms: number },
): ReportHead | undefined => {
  const begin = reader.take('begin')
  const host = reader.take('host')
  const view = reader.take('view')
  if (begin === undefined || host === undefined || view === undefined) return undefined
  if (begin.text('action') !== asked.action || begin.count('vms') !== asked.vms) return undefined
  return { host: hostOf(host), view: viewOf(view) }
}

const hostOf = (line: ReportLine): HostIdentity => ({
  machineId: line.text('machine'),
  bootId: line.text('boot'),
  hostUuids: line.text('uuids') === '-' ? [] : line.text('uuids').split('+'),
  is: line.word('is', words.hostIs),
})

const viewOf = (line: ReportLine): ProcessView => ({
  processes: line.word('processes', words.processes),
  pidNamespace: line.word('pidns', words.pidNamespace),
  privilege: line.word('privilege', words.privilege),
})

/** Undefined when the frame breaks the order of lines, its own counts, or its own logic. */
export const readFrame = (reader: LineReader, { host, view }: ReportHead): VmReport | undefined => {
  const vm = parseVmUuid(reader.take('vm')?.text('uuid') ?? '')
  const qemus = readQemus(reader)
  const doubtful = reader.takeAll('doubtful').map(doubtfulOf)
  const scan = reader.take('scan')
  const supervisor = reader.take('supervisor')
  const outliving = readObservers(reader)
  const virsh = reader.take('virsh')
  const quarantine = reader.take('quarantine')
  const pgrep = reader.take('pgrep')
  const end = reader.take('vm-end')
  if (vm === undefined || qemus === undefined || end === undefined) return undefined
  if (scan === undefined || supervisor === undefined || outliving === undefined) return undefined
  if (virsh === undefined || quarantine === undefined || pgrep === undefined) return undefined
  if (end.text('uuid') !== vm || end.count('lines') !== reader.taken()) return undefined
  const finalScan = scanOf(scan)
  // What the scan counted must be what the lines show: a report that disagrees with itself is void.
  const living = qemus.filter((qemu) => qemu.end.kind === 'living')
  const newcomers = living.filter((qemu) => qemu.seen === 'after-kill')
  if (finalScan.living !== living.length || finalScan.newcomers !== newcomers.length) {
    return undefined
  }
  if (!isListed(doubtful, finalScan)) return undefined
  return {
    vm,
    host,
    view,
    qemus,
    finalScan,
    doubtful,
    supervisor: {
      is: supervisor.word('is', words.supervisor),
      restartMs: supervisor.count('restart_ms'),
    },
    ...outliving,
    virsh: virsh.word('state', words.virsh),
    quarantine: {
      state: quarantine.word('state', words.quarantine),
      policy: quarantine.word('policy', words.quarantinePolicy),
    },
    pgrep: pgrep.word('state', words.pgrep),
  }
}

/** How many of the doubtful processes the program lists. */
const doubtfulListedMax = 8

/**
 * Whether the doubtful processes that are listed are those that the scan counted. Otherwise one
 * digit, lost on its way or flipped in a memory, would take a doubt away.
 */
const isListed = (listed: readonly DoubtfulProcess[], scan: FinalScan): boolean => {
  const kinds = ['unattributable', 'ambiguous', 'unreadable'] as const
  const counted = kinds.reduce((sum, why) => sum + scan[why], 0)
  if (listed.length !== Math.min(counted, doubtfulListedMax)) return false
  return kinds.every((why) => listed.filter((one) => one.why === why).length <= scan[why])
}

const readQemus = (reader: LineReader): readonly QemuSeen[] | undefined => {
  const qemus: QemuSeen[] = []
  for (let line = reader.take('qemu'); line !== undefined; line = reader.take('qemu')) {
    const tasks = reader.takeAll('task').map(taskOf)
    const end = endOf(line, tasks)
    if (end === undefined) return undefined
    qemus.push({
      pid: line.count('pid'),
      startTicks: line.count('start'),
      by: line.word('by', words.foundBy),
      seen: line.word('seen', words.seen),
      kill: line.word('kill', words.kill),
      end,
    })
  }
  return qemus
}

/** Undefined when the number of task lines is not the one announced, or does not fit the end. */
const endOf = (line: ReportLine, tasks: readonly TaskSeen[]): QemuEnd | undefined => {
  if (line.count('tasks') !== tasks.length) return undefined
  const kind = line.word('end', words.end)
  if ((kind === 'living') !== tasks.length > 0) return undefined
  return kind === 'living' ? { kind, tasks } : { kind, afterMs: line.count('after_ms') }
}

const taskOf = (line: ReportLine): TaskSeen => ({
  tid: line.count('tid'),
  state: line.text('state'),
  wchan: line.text('wchan'),
  comm: line.text('comm'),
})

const doubtfulOf = (line: ReportLine): DoubtfulProcess => ({
  why: line.word('why', words.why),
  pid: line.count('pid'),
  comm: line.text('comm'),
})

const scanOf = (line: ReportLine): FinalScan => ({
  processes: line.count('processes'),
  living: line.count('living'),
  newcomers: line.count('newcomers'),
  unattributable: line.count('unattributable'),
  ambiguous: line.count('ambiguous'),
  unreadable: line.count('unreadable'),
  hold: line.word('hold', words.hold),
})

export const toolsOf = (line: ReportLine): SuspectTools => ({
  epochSec: line.count('epoch'),
  bash: line.text('bash'),
  kernel: line.text('kernel'),
  pgrep: line.text('pgrep'),
  sshdSessions: line.text('sessions'),
  sshdStartups: line.text('startups'),
})
