import { test } from 'tap'
import type { Evidence } from '../../agent/domain/evidence.ts'
import type { Doubt } from '../../agent/domain/verdict.ts'
import { killedIn } from '../../agent/fence/killed.ts'
import type { Killed } from '../../agent/fence/killed.ts'
import type { Phase } from '../../agent/fence/contact-trail.ts'
import {
  killedQemu,
  livingQemu,
  reported,
  silent,
  someNeighbour,
} from '../fixtures/values/evidence.ts'

const trail = (phase: Phase, ...earlier: readonly Doubt[]) => ({
  address: '',
  detail: '',
  phases: [{ phase, ms: 1 }],
  earlier: earlier.map((because) => ({ because, detail: '', ms: 1 })),
})
const refusal = (because: Doubt): Evidence => ({ kind: 'refusal', because })
const nothing: Killed = { is: 'no', pids: [] }
const unknown: Killed = { is: 'not-known', pids: [] }

const rows: readonly (readonly [string, Evidence, ReturnType<typeof trail>, Killed])[] = [
  ['a qemu that is gone', reported(), trail('run'), { is: 'yes', pids: [84] }],
  [
    'one that would not die, and one that was gone before',
    reported({ qemus: [livingQemu('D'), { ...killedQemu, pid: 85, kill: 'already-gone' }] }),
    trail('run'),
    { is: 'yes', pids: [84] },
  ],
  ['nothing', reported({ qemus: [] }), trail('run'), nothing],
  [
    'nothing, after a contact that was refused',
    reported({ qemus: [] }),
    trail('run', 'connection-refused'),
    nothing,
  ],
  [
    'nothing, after a contact that was lost',
    reported({ qemus: [] }),
    trail('run', 'contact-lost'),
    unknown,
  ],
  ['a contact that was lost in the program', refusal('contact-lost'), trail('run'), unknown],
  ['a contact that was lost before', refusal('contact-lost'), trail('login'), nothing],
  ['a program that never began', refusal('report-missing'), trail('run'), nothing],
  ['a time that was over in the program', { kind: 'out-of-time' }, trail('run'), unknown],
  [
    'a peer that ended in the middle',
    { kind: 'own-trouble', because: 'shutting-down' },
    trail('run'),
    unknown,
  ],
  ['silence', silent(), { ...trail('connect') }, nothing],
]

for (const [what, evidence, on, killed] of rows) {
  test(`what was killed: ${what}`, async (t) => {
    t.same(killedIn(evidence, on), killed)
  })
}

test('what was killed: a first contact has none before it', async (t) => {
  t.same(killedIn(silent(), { address: '', detail: '', phases: [] }), nothing)
})

test('what was killed: what a neighbour killed, and may have killed, counts', async (t) => {
  const asked = (...killed: readonly Killed[]) => ({
    address: '',
    detail: '',
    phases: [],
    neighbours: killed.map((one) => ({ ...someNeighbour, killed: one })),
  })
  const theirs: Killed = { is: 'yes', pids: [7] }
  t.same(killedIn(silent(), asked(nothing)), nothing)
  t.same(killedIn(silent(), asked(nothing, unknown)), unknown)
  t.same(killedIn(silent(), asked(unknown, theirs)), theirs)
  t.same(killedIn(reported(), asked(theirs, theirs)), { is: 'yes', pids: [84, 7] })
})
