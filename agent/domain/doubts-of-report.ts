/**
 * What keeps a whole report from being a proof of death, the worst news first. Every good value is
 * asked for by its name: a word that is not exactly that one is a doubt.
 */
import type { ProcessView, QemuSeen, QuarantineState, VmReport } from './evidence.ts'
import type { Doubt } from './verdict.ts'

/** Undefined where nothing is left to doubt. */
export const doubtOfReport = (report: VmReport): Doubt | undefined =>
  doubtOfHost(report) ??
  doubtOfView(report.view) ??
  doubtOfSupervisor(report) ??
  doubtOfQemus(report.qemus) ??
  doubtOfScan(report) ??
  doubtOfIo(report) ??
  doubtOfHelpers(report) ??
  doubtOfPageCache(report) ??
  doubtOfStart(report) ??
  doubtOfQuarantine(report.quarantine)

const doubtOfHost = ({ host }: VmReport): Doubt | undefined => {
  switch (host.is) {
    case 'as-named':
    case 'as-bound':
    case 'by-key':
    // The caller named a host by its address alone, and gets what it asked for; the evidence says
    // so.
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

// Of a qemu that was gone before us nobody knows what it had: then no look is asked for, but for a
// sign of something that still is on its way. Of one that was seen each look has to have been made.
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
 * Whether the VM may be about to start: libvirt readies its process for as long as storage and
 * hooks take, in a form that nobody can tell from another. Libvirt answers nothing about the VM
 * meanwhile, so its silence counts where it is the only sign. A qemu that was killed in this fence
 * ran: there is no start beside it. Nor is there one that gets through a quarantine that is proven:
 * then libvirt has answered about the VM since, and what it left unsaid does not matter.
 */
const doubtOfStart = ({ qemus, virsh, quarantine }: VmReport): Doubt | undefined => {
  if (qemus.some(({ kill }) => kill === 'sent')) return undefined
  switch (virsh) {
    case 'no-such-vm':
    case 'not-running':
    case 'destroyed':
    case 'no-daemon':
      return undefined
    case 'no-answer':
    case 'failed':
    case 'left-out':
      return quarantine.state === 'proven' ? undefined : 'start-not-excluded'
    case 'running':
    case 'missing':
      return 'start-not-excluded'
  }
}

const doubtOfQuarantine = ({ state, policy }: QuarantineState): Doubt | undefined => {
  switch (policy) {
    case 'optional':
      return undefined
    case 'required':
      return state === 'proven' ? undefined : 'quarantine-not-proven'
  }
}
