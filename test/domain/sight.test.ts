import { test } from 'tap'
import type { Evidence } from '../../agent/domain/evidence.ts'
import { lookDoubts, sightOf } from '../../agent/domain/sight.ts'
import { doubts } from '../../agent/domain/verdict.ts'
import { cleanReport, killedQemu, livingQemu, silent } from '../fixtures/values/evidence.ts'
import { lookEvidence, reportEvidence } from '../fixtures/values/fence-records.ts'

const seen = { ...livingQemu(), kill: 'not-sent' } as const
const scan = { ...cleanReport.finalScan, hold: 'cut' } as const

const rows: readonly (readonly [string, Evidence, string])[] = [
  ['a living qemu', lookEvidence({ qemus: [seen], finalScan: { ...scan, living: 1 } }), 'runs'],
  [
    'a living qemu, although not everything can be seen',
    lookEvidence({ qemus: [seen], view: { ...cleanReport.view, processes: 'hidden' } }),
    'runs',
  ],
  ['nothing of it', lookEvidence(), 'not-seen'],
  [
    'a zombie, which can write nothing',
    lookEvidence({
      qemus: [{ ...killedQemu, kill: 'not-sent', end: { kind: 'zombie', afterMs: 0 } }],
    }),
    'not-seen',
  ],
  ['libvirt contradicts', lookEvidence({ virsh: 'running' }), 'libvirt-says-running'],
  [
    'a living qemu of another host',
    lookEvidence({ qemus: [seen], host: { ...cleanReport.host, is: 'contradicted' } }),
    'wrong-host',
  ],
  [
    'the processes of others are hidden',
    lookEvidence({ view: { ...cleanReport.view, processes: 'hidden' } }),
    'processes-hidden',
  ],
  [
    'a container that claims to be the host',
    lookEvidence({ view: { ...cleanReport.view, pidNamespace: 'foreign' } }),
    'pid-namespace',
  ],
  [
    'a scan that counts what the frame does not list',
    lookEvidence({ finalScan: { ...scan, living: 1 } }),
    'not-gone-in-time',
  ],
  [
    'a dying qemu without a name',
    lookEvidence({ finalScan: { ...scan, unattributable: 1 } }),
    'unattributable-qemu',
  ],
  [
    'a process that names it',
    lookEvidence({ finalScan: { ...scan, ambiguous: 1 } }),
    'ambiguous-process',
  ],
  ['an empty scan', lookEvidence({ finalScan: { ...scan, processes: 0 } }), 'scan-incomplete'],
  ['a look that claims a proof', reportEvidence(), 'report-invalid'],
  ['silence everywhere', silent(), 'host-silent'],
  ['silence of a peer that is cut off', silent({ witnesses: [] }), 'peer-isolated'],
  ['no time', { kind: 'out-of-time' }, 'deadline-passed'],
  ['a bug', { kind: 'own-trouble', because: 'internal-error' }, 'internal-error'],
  // What nothing but a report can be is believed of nothing else.
  [
    'a refusal in the words of a look',
    { kind: 'refusal', because: 'hold-not-kept' },
    'hold-not-kept',
  ],
]

test('what was seen', async (t) => {
  for (const [title, evidence, expected] of rows) {
    const sight = sightOf(evidence)
    t.equal(sight.kind === 'cannot-tell' ? sight.because : sight.kind, expected, title)
    if (sight.kind === 'runs') t.same(sight.pids, [84], title)
  }
})

test('whatever was refused cannot be told', async (t) => {
  for (const because of doubts) {
    t.same(sightOf({ kind: 'refusal', because }), { kind: 'cannot-tell', because })
  }
  t.same(
    lookDoubts.filter((one) => (doubts as readonly string[]).includes(one)),
    [],
  )
})
