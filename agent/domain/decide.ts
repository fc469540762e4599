/**
 * The rule: evidence to verdict. Pure and total: no clock, no I/O, no default branch.
 *
 * Two of the three verdicts let HA start the VM elsewhere, so read every branch with one question:
 * which mistake sends us here? Every condition for a proof is asked for by its good value; whatever
 * is not exactly that value falls into a doubt.
 */
import type {
  AddressSilence,
  Evidence,
  ProcessView,
  QemuSeen,
  SilenceEvidence,
  VmReport,
} from './evidence.ts'
import { confirmedDead, doubt, unreachable } from './verdict.ts'
import type { Doubt, Verdict } from './verdict.ts'

export const decide = (evidence: Evidence): Verdict => {
  switch (evidence.kind) {
    case 'report':
      return decideReport(evidence.report)
    case 'silence':
      return decideSilence(evidence.silence)
    case 'refusal':
    case 'own-trouble':
      return doubt(evidence.because)
    case 'out-of-time':
      return doubt('deadline-passed')
  }
}

const decideReport = (report: VmReport): Verdict => {
  const because =
    doubtOfHost(report) ??
    doubtOfView(report.view) ??
    doubtOfSupervisor(report) ??
    doubtOfQemus(report.qemus) ??
    doubtOfScan(report) ??
    doubtOfIo(report) ??
    doubtOfHelpers(report) ??
    doubtOfPageCache(report) ??
    doubtOfStart(report)
  if (because !== undefined) return doubt(because)
  // From here on: right host, all processes visible, nothing of the VM alive, nothing in flight.
  if (report.qemus.length === 0) return confirmedDead('already-gone')
  if (report.qemus.some((qemu) => qemu.kill === 'sent' && qemu.end.kind === 'gone')) {
    return confirmedDead('destroyed')
  }
  return confirmedDead(
    report.qemus.some((qemu) => qemu.end.kind === 'zombie') ? 'zombie-only' : 'already-gone',
  )
}

const doubtOfHost = ({ host }: VmReport): Doubt | undefined => {
  switch (host.is) {
    case 'as-named':
    case 'as-bound':
    case 'by-key':
    // The caller named a host by its address alone, and gets what it asked for; the evidence says so.
    case 'unconfirmed':
      return undefined
    case 'not-shown':
      return 'host-not-confirmed'
    case 'contradicted':
      return 'wrong-host'
    case 'own-host':
      return 'own-host'
  }
}

const doubtOfView = (view: ProcessView): Doubt | undefined => {
  if (view.processes !== 'all') return 'processes-hidden'
  if (view.pidNamespace === 'foreign') return 'pid-namespace'
  return undefined
}

const doubtOfSupervisor = ({ supervisor, qemus }: VmReport): Doubt | undefined => {
  switch (supervisor.is) {
    case 'no':
    case 'pod':
    case 'outlasted':
      return undefined
    case 'none-seen':
      return qemus.some(({ seen }) => seen === 'before-kill') ? 'supervised' : undefined
    case 'too-slow':
    case 'parent':
    case 'not-known':
    case 'not-looked':
      return 'supervised'
  }
}

const doubtOfQemus = (qemus: readonly QemuSeen[]): Doubt | undefined => {
  const found = new Set(qemus.map(doubtOfQemu))
  // The worst news first: it is what a person has to act on.
  const order: readonly Doubt[] = ['respawned', 'kill-denied', 'unkillable', 'not-gone-in-time']
  return order.find((because) => found.has(because))
}

const doubtOfQemu = (qemu: QemuSeen): Doubt | undefined => {
  // Whoever started it may do so again, and what it wrote nobody has waited for.
  if (qemu.seen === 'after-kill') return 'respawned'
  switch (qemu.end.kind) {
    case 'gone':
    case 'zombie':
      return undefined
    case 'living':
      if (qemu.kill === 'denied') return 'kill-denied'
      return qemu.end.tasks.some((task) => task.state === 'D') ? 'unkillable' : 'not-gone-in-time'
  }
}

const doubtOfScan = ({ finalScan }: VmReport): Doubt | undefined => {
  if (!(finalScan.newcomers === 0)) return 'respawned'
  if (!(finalScan.living === 0)) return 'not-gone-in-time'
  if (!(finalScan.unattributable === 0)) return 'unattributable-qemu'
  if (!(finalScan.ambiguous === 0)) return 'ambiguous-process'
  // A pass that saw no process at all, not even itself, saw nothing.
  if (!(finalScan.unreadable === 0 && finalScan.processes > 0)) return 'scan-incomplete'
  return finalScan.hold === 'kept' ? undefined : 'hold-not-kept'
}

// Of a qemu that was gone before us nobody knows what it had: then no look is asked for, but for a sign of something
// that still is on its way. Of one that was seen each look has to have been made.
const doubtOfIo = ({ io, storage, qemus }: VmReport): Doubt | undefined => {
  const wasSeen = qemus.length > 0
  if (storage.kind === 'hidden') return 'disk-not-seen'
  const unseenSockets = !wasSeen && io.sockets === 'not-looked'
  if (!(io.sockets === 'none' || io.sockets === 'sent' || unseenSockets)) return 'io-in-flight'
  if (io.uring === 'none' && io.drained === 'not-needed') return undefined
  // A hung device is a doubt; a busy one is not, or no busy host could ever say that a VM is gone.
  if (!wasSeen && io.uring === 'not-looked' && io.drained === 'moving') return undefined
  return io.drained === 'yes' ? undefined : 'io-in-flight'
}

const doubtOfHelpers = ({ helpers, qemus }: VmReport): Doubt | undefined => {
  switch (helpers.state) {
    case 'none':
    case 'settled':
      return undefined
    case 'not-looked':
      if (qemus.length === 0) return undefined
      break
    case 'pending':
    case 'not-known':
  }
  return helpers.policy === 'report' ? undefined : 'helper-not-settled'
}

// Only the policy to report alone lets a page cache pass that may hold something.
const doubtOfPageCache = ({ storage, qemus }: VmReport): Doubt | undefined => {
  switch (storage.policy) {
    case 'report':
      return undefined
    case 'flush':
      if (storage.pageCache === 'flushed') return undefined
      // Nothing that is shared is mounted there, or it would have been flushed.
      if (storage.pageCache === 'not-looked' && qemus.length === 0) return undefined
      return storage.pageCache === 'none' ? undefined : 'page-cache-dirty'
    case 'refuse':
      return storage.pageCache === 'none' ? undefined : 'page-cache-dirty'
  }
}

/**
 * Whether the VM may be about to start: libvirt readies its process for as long as storage and hooks take, in a
 * form that nobody can tell from another. Libvirt answers nothing about the VM meanwhile, so its silence counts
 * where it is the only sign. A qemu that was killed in this fence ran: there is no start beside it.
 */
const doubtOfStart = ({ qemus, virsh }: VmReport): Doubt | undefined => {
  if (qemus.some(({ kill }) => kill === 'sent')) return undefined
  switch (virsh) {
    case 'no-such-vm':
    case 'not-running':
    case 'destroyed':
    case 'no-daemon':
      return undefined
    case 'running':
    case 'no-answer':
    case 'missing':
    case 'failed':
    case 'left-out':
      return 'start-not-excluded'
  }
}

const decideSilence = (silence: SilenceEvidence): Verdict => {
  const { addresses, witnesses, contactBefore } = silence
  if (contactBefore) return doubt('contact-lost')
  // "All of none" is true: an empty list must never become silence.
  if (addresses.length === 0) return doubt('silence-not-proven')
  const found = new Set(addresses.map(doubtOfAddress))
  const order: readonly Doubt[] = [
    'suspect-answered',
    'icmp-error',
    'own-network-trouble',
    'silence-not-proven',
  ]
  const because = order.find((one) => found.has(one))
  if (because !== undefined) return doubt(because)
  // The suspect cannot vouch for our network: its own addresses are no witnesses.
  const own = new Set(addresses.map(({ address }) => address))
  const vouched = new Set(
    witnesses
      .filter(({ address, answered }) => answered === 'yes' && !own.has(address))
      .flatMap(({ vouchesFor }) => vouchesFor),
  )
  // One good network says nothing about another: we may be cut off from the one where the suspect lives.
  if (!addresses.every(({ address }) => vouched.has(address))) return doubt('peer-isolated')
  return unreachable('every-address-silent')
}

const doubtOfAddress = ({ tcp, echo, neighbour }: AddressSilence): Doubt | undefined => {
  const seen: readonly string[] = [tcp, echo, neighbour]
  if (seen.includes('answered') || seen.includes('replied')) return 'suspect-answered'
  if (seen.includes('icmp-error')) return 'icmp-error'
  if (seen.includes('own-trouble')) return 'own-network-trouble'
  // `no-neighbour` is our own kernel's word that nobody answered ARP or ND; it is silence
  // only where the neighbour table, asked by another path, says the same.
  const unresolved = neighbour === 'unresolved'
  const tcpSilent = tcp === 'silent' || (tcp === 'no-neighbour' && unresolved)
  const echoSilent = echo === 'silent' || (echo === 'no-neighbour' && unresolved)
  const neighbourSilent = unresolved || neighbour === 'off-link'
  return tcpSilent && echoSilent && neighbourSilent ? undefined : 'silence-not-proven'
}
