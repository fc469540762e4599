/**
 * What was seen, small enough for a log line of the caller. Closed words and numbers only: the
 * management node logs bodies, so nothing that the suspect chose freely may pass.
 */
import type { Evidence, QemuSeen, VmReport } from '../../domain/evidence.ts'
import type { ContactTrail, NeighbourAsked } from '../../fence/contact-trail.ts'
import { plainState, plainText, plainWchan } from '../../base/text/plain-text.ts'

const qemusMax = 8
const doubtfulMax = 8
const tasksMax = 8
const addressesMax = 16
const neighboursMax = 16

export const summariseEvidence = (evidence: Evidence, trail: ContactTrail): object => ({
  ...summariseKind(evidence),
  contact: {
    address: trail.address,
    phases: trail.phases.map(({ phase, ms }) => ({ phase, ms })),
    detail: plainText(trail.detail),
    earlier: (trail.earlier ?? []).map(({ because, detail, ms }) => ({
      because,
      detail: plainText(detail),
      ms,
    })),
    ...(trail.neighbours === undefined
      ? {}
      : { neighbours: trail.neighbours.slice(0, neighboursMax).map(summariseNeighbour) }),
  },
})

const summariseNeighbour = (asked: NeighbourAsked): object => ({
  name: plainText(asked.name),
  agentId: plainText(asked.agentId),
  fenceId: plainText(asked.fenceId),
  said: asked.said,
  because: plainText(asked.because),
  killed: asked.killed.is,
  ms: asked.ms,
})

const summariseKind = (evidence: Evidence): object => {
  switch (evidence.kind) {
    case 'report':
      return { kind: 'report', ...summariseReport(evidence.report) }
    case 'silence': {
      const { addresses, witnesses, contactBefore, lastedMs, rules, everMet, heardBy } =
        evidence.silence
      return {
        kind: 'silence',
        contactBefore,
        ...(heardBy === undefined ? {} : { heardBy: heardBy.map((one) => plainText(one)) }),
        lastedMs: Math.round(lastedMs),
        needsMs: rules.needsMs,
        routedSilence: rules.routed,
        everMet: everMet.by,
        ...('at' in everMet && everMet.at !== '' ? { lastMetAt: everMet.at } : {}),
        addresses: addresses
          .slice(0, addressesMax)
          .map(({ address, way, tcp, echo, neighbour, oldEntry, ownFilter }) => ({
            address,
            way,
            tcp,
            echo,
            neighbour,
            oldEntry,
            ownFilter,
          })),
        witnesses: witnesses
          .slice(0, addressesMax)
          .map(({ address, answered, by, neighbour, port, vouchesFor, besides }) => ({
            address,
            answered,
            by,
            neighbour,
            port,
            besides: besides.slice(0, addressesMax),
            vouchesFor: vouchesFor.slice(0, addressesMax),
          })),
      }
    }
    case 'passed-on': {
      const { agentId, fenceId, host, askedAfterMs, theirs } = evidence.death
      return { kind: 'passed-on', agentId, fenceId, host, askedAfterMs, theirs }
    }
    case 'refusal':
    case 'own-trouble':
      return { kind: evidence.kind }
    case 'out-of-time':
      return { kind: 'out-of-time' }
  }
}

/** Host ids stay in the journal: a machine id is not for other people's logs. */
const summariseReport = (report: VmReport): object => ({
  host: report.host.is,
  view: {
    processes: report.view.processes,
    pidNamespace: report.view.pidNamespace,
    privilege: report.view.privilege,
  },
  qemuCount: report.qemus.length,
  qemus: report.qemus.slice(0, qemusMax).map(summariseQemu),
  finalScan: {
    processes: report.finalScan.processes,
    living: report.finalScan.living,
    newcomers: report.finalScan.newcomers,
    unattributable: report.finalScan.unattributable,
    ambiguous: report.finalScan.ambiguous,
    unreadable: report.finalScan.unreadable,
    hold: report.finalScan.hold,
  },
  // The pid tells a person where to look; the process's own name is left out, it chooses it itself.
  doubtful: report.doubtful.slice(0, doubtfulMax).map(({ why, pid }) => ({ why, pid })),
  supervisor: { is: report.supervisor.is, restartMs: report.supervisor.restartMs },
  io: {
    uring: report.io.uring,
    drained: report.io.drained,
    devices: report.io.devices,
    sockets: report.io.sockets,
  },
  storage: {
    kind: report.storage.kind,
    fileSystems: report.storage.fileSystems,
    pageCache: report.storage.pageCache,
    policy: report.storage.policy,
  },
  helpers: { state: report.helpers.state, policy: report.helpers.policy },
  virsh: report.virsh,
  quarantine: { state: report.quarantine.state, policy: report.quarantine.policy },
  pgrep: report.pgrep,
})

const summariseQemu = ({ pid, startTicks, by, seen, kill, end }: QemuSeen): object => ({
  pid,
  startTicks,
  by,
  seen,
  kill,
  end: end.kind,
  ...(end.kind === 'living'
    ? {
        taskCount: end.tasks.length,
        // The task's own name is left out: the process chooses it.
        tasks: end.tasks.slice(0, tasksMax).map(({ tid, state, wchan }) => ({
          tid,
          state: plainState(state),
          wchan: plainWchan(wchan),
        })),
      }
    : { afterMs: end.afterMs }),
})
