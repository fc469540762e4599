import { test } from 'tap'
import {
  passedOn,
  silent,
  silentAddress,
  someNeighbour,
  someWitness,
} from '../../fixtures/values/evidence.ts'
import { summariseEvidence } from '../../../agent/contract/reply/evidence-summary.ts'
import type { QemuSeen, TaskSeen } from '../../../agent/domain/evidence.ts'
import type { ContactTrail } from '../../../agent/fence/contact-trail.ts'
import { reportEvidence } from '../../fixtures/values/fence-records.ts'

const trail: ContactTrail = { address: '', phases: [], detail: '' }
const text = (summary: object): string => JSON.stringify(summary)

const living = (tasks: readonly TaskSeen[]): QemuSeen => ({
  pid: 1,
  startTicks: 2,
  by: 'cgroup',
  seen: 'after-kill',
  kill: 'denied',
  end: { kind: 'living', tasks },
})

test('a report is told in closed words and numbers', async (t) => {
  const doubtful = [{ why: 'ambiguous', pid: 7, comm: 'EVIL' }] as const
  t.match(summariseEvidence(reportEvidence({ doubtful }), trail), {
    kind: 'report',
    host: 'as-named',
    view: { processes: 'all', pidNamespace: 'initial', privilege: 'root' },
    qemuCount: 1,
    qemus: [{ pid: 84, startTicks: 1234, by: 'argv-uuid', kill: 'sent', end: 'gone', afterMs: 10 }],
    finalScan: { processes: 200, living: 0 },
    doubtful: [{ why: 'ambiguous', pid: 7 }],
    io: { uring: 'none', drained: 'not-needed', devices: 'not-needed', sockets: 'none' },
    storage: { kind: 'local', fileSystems: ['block'], pageCache: 'none', policy: 'report' },
    virsh: 'no-such-vm',
    pgrep: 'agreed',
  })
})

test('what the suspect chose freely does not pass', async (t) => {
  const qemus = [
    living([
      { tid: 3, state: 'D', wchan: 'rq_qos_wait', comm: 'EVIL' },
      { tid: 4, state: 'EVIL', wchan: 'EVIL text', comm: 'EVIL' },
    ]),
  ]
  const host = {
    machineId: 'EVIL',
    bootId: 'EVIL',
    hostUuids: ['EVIL'],
    is: 'contradicted',
  } as const
  const summary = summariseEvidence(reportEvidence({ qemus, host }), {
    ...trail,
    detail: `a\u0007b\n${'x'.repeat(300)}`,
  })
  t.notMatch(text(summary), /EVIL/)
  t.match(summary, {
    qemus: [
      {
        end: 'living',
        taskCount: 2,
        tasks: [
          { tid: 3, state: 'D', wchan: 'rq_qos_wait' },
          { tid: 4, state: '?', wchan: '-' },
        ],
      },
    ],
    contact: { detail: `a?b?${'x'.repeat(196)}` },
  })
})

test('it stays small however much there is', async (t) => {
  const task: TaskSeen = { tid: 1, state: 'D', wchan: 'wait', comm: 'qemu' }
  const qemus = Array.from({ length: 50 }, () => living(Array.from({ length: 500 }, () => task)))
  const summary = summariseEvidence(reportEvidence({ qemus }), trail)
  t.match(summary, { qemuCount: 50, qemus: { length: 8 } })
  t.ok(text(summary).length < 8 * 1024)
})

test('silence is told address by address', async (t) => {
  const addresses = Array.from({ length: 20 }, () => silentAddress)
  const summary = summariseEvidence(silent({ addresses, lastedMs: 15_000.4 }), trail)
  t.match(summary, {
    kind: 'silence',
    contactBefore: false,
    lastedMs: 15_000,
    needsMs: 15_000,
    routedSilence: 'refuse',
    everMet: 'pinned-key',
    addresses: { 0: silentAddress, length: 16 },
    witnesses: [someWitness],
  })
  t.notMatch(summary, { lastMetAt: /./ })
  const everMet = { by: 'login', at: '2026-11-01T00:00:00Z' } as const
  t.match(summariseEvidence(silent({ everMet }), trail), { lastMetAt: everMet.at })
  const stranger = silent({ everMet: { by: 'never' } })
  t.match(summariseEvidence(stranger, trail), { everMet: 'never' })
})

test('the other kinds are told by their name, with the way the contact went', async (t) => {
  const contact = { ...trail, address: '192.0.2.7', phases: [{ phase: 'connect', ms: 3 } as const] }
  t.same(summariseEvidence({ kind: 'refusal', because: 'login-refused' }, contact), {
    kind: 'refusal',
    contact: { ...contact, earlier: [] },
  })
  t.match(summariseEvidence({ kind: 'own-trouble', because: 'internal-error' }, trail), {
    kind: 'own-trouble',
  })
  t.match(summariseEvidence({ kind: 'out-of-time' }, trail), { kind: 'out-of-time' })
})

test('the contacts before the last one are told, in plain text', async (t) => {
  const earlier = [{ because: 'contact-lost', detail: 'cut\u001b[2J', ms: 300 } as const]
  t.match(summariseEvidence({ kind: 'out-of-time' }, { ...trail, earlier }), {
    contact: { earlier: [{ because: 'contact-lost', detail: 'cut?[2J', ms: 300 }] },
  })
})

test('a death that a neighbour proved shows whose it is, on which host, and its evidence', async (t) => {
  const neighbours = [{ ...someNeighbour, because: 'a\u0007b', said: 'dead' }] as const
  t.same(summariseEvidence(passedOn(), { ...trail, neighbours }), {
    kind: 'passed-on',
    agentId: someNeighbour.agentId,
    fenceId: someNeighbour.fenceId,
    host: 'as-named',
    askedAfterMs: 5_000,
    theirs: { kind: 'report', host: 'as-named' },
    contact: {
      address: '',
      phases: [],
      detail: '',
      earlier: [],
      neighbours: [{ ...someNeighbour, because: 'a?b', said: 'dead', killed: 'no' }],
    },
  })
  t.match(summariseEvidence(silent({ heardBy: ['\u0007'] }), trail), { heardBy: ['?'] })
  t.notOk(text(summariseEvidence(silent(), trail)).includes('heardBy'))
})
