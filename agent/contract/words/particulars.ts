/**
 * What was seen that makes a doubt, in words for a person: the particulars in front of the advice.
 * Pure.
 */
import type { AddressSilence, SilenceEvidence, WitnessSeen } from '../../domain/silence-evidence.ts'
import type {
  Evidence,
  QemuSeen,
  SupervisorState,
  TaskSeen,
  VmReport,
} from '../../domain/evidence.ts'
import type { Doubt } from '../../domain/verdict.ts'
import type { ContactTrail } from '../../fence/contact-trail.ts'
import { plainState, plainText, plainWchan } from '../../base/text/plain-text.ts'
import { metWords, ownFilterWords, seconds, wayWords } from './silence-words.ts'
import { storageWords, waitingFor } from './storage-words.ts'

/** Of each list: a person reads the first few, and the evidence has more. */
const listedMax = 4

/** Empty where there is nothing to tell beyond the reason itself. */
export const seenInDoubt = (because: Doubt, evidence: Evidence, trail: ContactTrail): string => {
  const ofReport = evidence.kind === 'report' ? seenInReport(because, evidence.report) : ''
  const ofSilence = evidence.kind === 'silence' ? seenInSilence(because, evidence.silence) : ''
  const seen = ofReport + ofSilence + seenOfKey(trail)
  if (seen !== '') return seen
  return trail.detail === '' ? '' : `Seen: ${plainText(trail.detail)}.`
}

const seenOfKey = ({ hostKey }: ContactTrail): string => {
  if (hostKey === undefined) return ''
  const known = hostKey.known.length > 0 ? list(hostKey.known) : 'none'
  return `The host showed ${plainText(hostKey.shown)}; known is ${known}.`
}

const seenInReport = (because: Doubt, report: VmReport): string =>
  tellers[because]?.(report, report.qemus.flatMap(living)) ?? ''

interface LivingQemu extends Pick<QemuSeen, 'pid' | 'kill'> {
  readonly tasks: readonly TaskSeen[]
}

const living = ({ pid, kill, end }: QemuSeen): readonly LivingQemu[] =>
  end.kind === 'living' ? [{ pid, kill, tasks: end.tasks }] : []

type Teller = (report: VmReport, alive: readonly LivingQemu[]) => string

/** The doubts that a report can be; the others say everything by their reason. */
const tellers: Partial<Readonly<Record<Doubt, Teller>>> = {
  unkillable: ({ storage }, alive) =>
    [
      ...alive.flatMap(stuckTasks).slice(0, listedMax),
      `Its storage: ${storageWords(storage)}.`,
    ].join(' '),
  'not-gone-in-time': ({ finalScan }, alive) =>
    alive.length > 0
      ? alive.slice(0, listedMax).map(tasksLeft).join(' ')
      : `A last scan still counted ${finalScan.living} of its processes.`,
  'kill-denied': (_report, alive) =>
    `Not permitted: ${pids(alive.filter(({ kill }) => kill === 'denied'))}.`,
  supervised: ({ supervisor, qemus }) =>
    `Seen: ${supervisorWords[supervisor.is](supervisor.restartMs)} of ${pids(qemus)}.`,
  respawned: ({ qemus }) =>
    `New since the kill: ${pids(qemus.filter(({ seen }) => seen === 'after-kill'))}.`,
  'unattributable-qemu': ({ doubtful }) => doubtfulPids(doubtful, 'unattributable'),
  'ambiguous-process': ({ doubtful }) => doubtfulPids(doubtful, 'ambiguous'),
  'scan-incomplete': ({ doubtful }) => doubtfulPids(doubtful, 'unreadable'),
  'start-not-excluded': ({ virsh, quarantine }) =>
    `Libvirt said of the VM: ${virsh}; quarantine: ${quarantine.state}.`,
  'quarantine-not-proven': ({ quarantine }) => `Quarantine: ${quarantine.state}.`,
  'io-in-flight': ({ storage, io }) => `Its storage: ${storageWords(storage)}. ${ioWords(io)}`,
  'disk-not-seen': ({ storage }) => `Its storage: ${storageWords(storage)}.`,
  'helper-not-settled': ({ storage, helpers }) =>
    `Its storage: ${storageWords(storage)}; programs that write for it: ${helpers.state}, with suspects.helpers ${helpers.policy}.`,
  'page-cache-dirty': ({ storage }) =>
    `Its storage: ${storageWords(storage)}; page cache: ${storage.pageCache}, with suspects.pageCache ${storage.policy}.`,
}

type SupervisorWords = (restartMs: number) => string

const supervisorWords: Readonly<Record<SupervisorState['is'], SupervisorWords>> = {
  'none-seen': () => 'no supervisor',
  no: () => 'no supervisor',
  pod: () => 'the pod',
  outlasted: (ms) => `a unit of systemd that restarts after ${ms} ms,`,
  'too-slow': (ms) => `a unit of systemd that restarts after ${ms} ms, later than a hold can last,`,
  parent: () => 'a process that started it and waits for it, the parent',
  'not-known': () => 'a unit whose settings could not be read,',
  'not-looked': () => 'nothing: nobody has looked for a supervisor',
}

const stuckTasks = ({ pid, tasks }: LivingQemu): readonly string[] =>
  tasks
    .filter(({ state }) => state === 'D')
    .map(({ tid, wchan }) => {
      const where = plainWchan(wchan)
      return `Task ${tid} of qemu ${pid} (state D) waits in ${where}${waitingFor(where)}.`
    })

const tasksLeft = ({ pid, tasks }: LivingQemu): string => {
  const states = tasks.map(({ state }) => plainState(state))
  return `Tasks left of qemu ${pid}: ${states.length}, in state ${list([...new Set(states)])}.`
}

const pids = (qemus: readonly Pick<QemuSeen, 'pid'>[]): string =>
  qemus.length > 0
    ? list(qemus.map(({ pid }) => `qemu ${pid}`))
    : 'a qemu that the last scan alone counted'

const doubtfulPids = (
  doubtful: VmReport['doubtful'],
  why: VmReport['doubtful'][number]['why'],
): string => {
  const found = doubtful.filter((one) => one.why === why).map(({ pid }) => `process ${pid}`)
  return found.length > 0 ? `Seen: ${list(found)}.` : ''
}

const socketWords: Partial<Readonly<Record<VmReport['io']['sockets'], string>>> = {
  waiting: 'The kernel still holds data for a TCP connection that the qemu had opened itself.',
  'not-known':
    'It had a socket that no table of the kernel shows (MPTCP, SMC, vsock), or a network that could not be looked at.',
}

const ioWords = ({ uring, drained, devices, sockets }: VmReport['io']): string =>
  socketWords[sockets] ??
  `Writes that may outlive it (io_uring): ${uring}; block devices (${devices}) at rest: ${drained}.`

const seenInSilence = (because: Doubt, silence: SilenceEvidence): string =>
  (silenceTellers[because] ?? addressesSeen)(silence)

const addressesSeen = ({ addresses }: SilenceEvidence): string =>
  addresses.length > 0 ? `Seen at ${list(addresses.map(addressWords), '; ')}.` : ''

const isolatedWords = ({ addresses, witnesses }: SilenceEvidence): string => {
  const asked = witnesses.map((one) => `${one.address} (${witnessWords(one)})`)
  const vouched = new Set(
    witnesses.flatMap((one) => (one.answered === 'yes' ? one.vouchesFor : [])),
  )
  const cut = addresses
    .filter(({ address, way }) => way === 'arp' || !vouched.has(address))
    .map(({ address }) => address)
  return `Witnesses asked: ${asked.length > 0 ? list(asked) : 'none'}. Nobody vouches for the way to ${list(cut)}.`
}

const witnessWords = ({ answered, by, neighbour }: WitnessSeen): string => {
  if (answered !== 'yes') return 'no answer'
  const arp = neighbour === 'answered' || neighbour === 'off-link' ? '' : ', not by ARP'
  return `answered by ${String(by)}${arp}`
}

const routedWords = ({ addresses, rules }: SilenceEvidence): string => {
  const ways = addresses
    .filter(({ way }) => way !== 'arp')
    .map(({ address, way }) => `${address} (${wayWords[way]})`)
  const missing =
    rules.routed === 'accept'
      ? ' No witness of its own subnet answered a ping and on a TCP port that is named for it.'
      : ''
  return `Without ARP: ${list(ways)}.${missing}`
}

/** The doubts that are about more than what each address showed. */
const silenceTellers: Partial<Readonly<Record<Doubt, (silence: SilenceEvidence) => string>>> = {
  'peer-isolated': isolatedWords,
  'routed-silence': routedWords,
  'never-met': ({ addresses, everMet }) =>
    `Asked about: ${list(addresses.map(({ address }) => address))}. ${metWords(everMet)}.`,
  'silence-too-short': ({ lastedMs, rules }) =>
    `Silent for ${seconds(lastedMs)} s; probe.silenceSec is ${seconds(rules.needsMs)}.`,
}

const addressWords = ({ address, way, tcp, echo, neighbour, ownFilter }: AddressSilence): string =>
  `${address} (${wayWords[way]}): TCP ${tcp}, ping ${echo}, ARP or ND ${neighbour}${ownFilterWords(ownFilter)}`

const list = (words: readonly string[], between = ', '): string => {
  const more = words.length - listedMax
  const shown = words.slice(0, listedMax).map((one) => plainText(one))
  return more > 0 ? `${shown.join(between)}${between}and ${more} more` : shown.join(between)
}
