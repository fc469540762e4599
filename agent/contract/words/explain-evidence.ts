/**
 * Evidence in lines for a person. Closed words and numbers only, as in the evidence of an answer.
 * Pure.
 */
import type { Evidence, QemuSeen, QuarantineState, VmReport } from '../../domain/evidence.ts'
import type { AddressSilence, SilenceEvidence, WitnessSeen } from '../../domain/silence-evidence.ts'
import { plainState, plainText, plainWchan } from '../../base/text/plain-text.ts'
import { metWords, ownFilterWords, seconds, wayWords } from './silence-words.ts'
import { storageWords, waitingFor } from './storage-words.ts'

const qemusMax = 8
const tasksMax = 8
const doubtfulMax = 8
const addressesMax = 16

export const explainEvidence = (evidence: Evidence): readonly string[] => {
  switch (evidence.kind) {
    case 'report':
      return explainReport(evidence.report)
    case 'silence':
      return explainSilence(evidence.silence)
    case 'passed-on': {
      const { agentId, fenceId, host, askedAfterMs } = evidence.death
      return [
        `proven by another agent in the place of this one: ${agentId}, as its fence ${fenceId}, asked ${askedAfterMs} ms after this one began; host: ${host}`,
      ]
    }
    case 'refusal':
      return ['the host answered, and no whole report came of it: it counts as alive']
    case 'own-trouble':
      return ['this peer itself was in trouble, which says nothing about the host']
    case 'out-of-time':
      return ['the time was up before there was anything to judge']
  }
}

const explainReport = (report: VmReport): readonly string[] => {
  const { host, view, qemus, finalScan, doubtful, io, storage } = report
  return [
    `host: ${host.is}; processes seen: ${view.processes}; pid namespace: ${view.pidNamespace}; as ${view.privilege}`,
    ...(qemus.length === 0 ? ['no qemu of the VM was found'] : []),
    ...qemus.slice(0, qemusMax).flatMap(explainQemu),
    ...more(qemus.length - qemusMax, 'qemu'),
    `last scan: ${finalScan.processes} processes, ${finalScan.living} living of the VM (${finalScan.newcomers} new), ${finalScan.unattributable} unattributable, ${finalScan.ambiguous} ambiguous, ${finalScan.unreadable} unreadable; hold: ${finalScan.hold}`,
    ...doubtful.slice(0, doubtfulMax).map(({ why, pid }) => `process ${pid}: ${why}`),
    `writes in flight: io_uring ${io.uring}, block devices (${io.devices}) at rest: ${io.drained}, connections: ${io.sockets}`,
    `storage: ${storageWords(storage)}; page cache: ${storage.pageCache} (suspects.pageCache is ${storage.policy})`,
    `programs that write for it: ${report.helpers.state} (suspects.helpers is ${report.helpers.policy})`,
    `quarantine: ${quarantineWords[report.quarantine.state]} (suspects.quarantine is ${report.quarantine.policy})`,
    `libvirt said ${report.virsh}, pgrep ${report.pgrep}: neither proves anything`,
  ]
}

const quarantineWords: Readonly<Record<QuarantineState['state'], string>> = {
  'not-set': 'not set: a start under way cannot be excluded',
  'no-hook':
    'none, the hook of the package is not there: a start under way cannot be excluded, nor one that comes later',
  'hook-not-active':
    'none, libvirt there is older than the hook: a start under way cannot be excluded, nor one that comes later',
  'not-writable':
    'none, its place is not there or is full: a start under way cannot be excluded, nor one that comes later',
  set: 'set, and not shown to hold: a start under way cannot be excluded',
  proven: 'proven: what libvirt there starts of the VM fails until it ends',
  'taken-back': 'taken back, since nothing was killed',
  lifted: 'lifted',
}

const explainQemu = ({ pid, startTicks, by, seen, kill, end }: QemuSeen): readonly string[] => {
  const head = `qemu ${pid} (started at tick ${startTicks}): told by ${by}, seen ${seen}, kill ${kill}`
  if (end.kind !== 'living') return [`${head}, ${end.kind} after ${end.afterMs} ms`]
  return [
    `${head}, ${end.tasks.length} tasks still living`,
    ...end.tasks.slice(0, tasksMax).map(({ tid, state, wchan }) => {
      const where = plainWchan(wchan)
      return `task ${tid} of qemu ${pid}: state ${plainState(state)}, waits in ${where}${waitingFor(where)}`
    }),
    ...more(end.tasks.length - tasksMax, 'tasks'),
  ]
}

const explainSilence = (silence: SilenceEvidence) => {
  const { addresses, witnesses, contactBefore, lastedMs, rules, everMet, heardBy = [] } = silence
  return [
    ...addresses.slice(0, addressesMax).map(explainAddress),
    ...witnesses.slice(0, addressesMax).map(explainWitness),
    `so for ${seconds(lastedMs)} s, looked at again and again; probe.silenceSec is ${seconds(rules.needsMs)}`,
    metWords(everMet),
    ...heardBy.map((agentId) => `agent ${plainText(agentId)} had contact with the host meanwhile`),
    ...(contactBefore ? ['the host had answered earlier in this fence'] : []),
  ]
}

const explainAddress = (seen: AddressSilence): string => {
  const { address, way, tcp, echo, neighbour, oldEntry, ownFilter } = seen
  const old = oldEntry === undefined ? '' : ` (old entry ${oldEntry})`
  return `${address}, ${wayWords[way]}: TCP ${tcp}, ping ${echo}, ARP or ND ${neighbour}${old}${ownFilterWords(ownFilter)}`
}

const explainWitness = (seen: WitnessSeen): string => {
  const { address, answered, by, neighbour, port, vouchesFor } = seen
  const how = by === undefined ? '' : ` by ${by}`
  return `witness ${address}: answered ${answered}${how}, ARP ${neighbour}, TCP port ${port}, on the way to ${vouchesFor.join(', ')}`
}

const more = (count: number, what: string): readonly string[] =>
  count > 0 ? [`and ${count} more ${what}`] : []
