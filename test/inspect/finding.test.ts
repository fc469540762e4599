import { test } from 'tap'
import type { Evidence, QuarantineState } from '../../agent/domain/evidence.ts'
import { doubts } from '../../agent/domain/verdict.ts'
import { drillDoubts, findingOf, flaws, killedOf } from '../../agent/inspect/finding.ts'
import type { Inspected } from '../../agent/inspect/inspect.ts'
import { cleanReport, killedQemu, livingQemu, silent } from '../fixtures/values/evidence.ts'
import { drillSeen, goodTools, inspected, lookOf, refusedLook } from '../fixtures/values/drills.ts'

const { view, host, finalScan } = cleanReport
const cut = { ...finalScan, hold: 'cut' } as const

/** The word of a finding; of one that could fence, its flaws. */
const wordOf = (look: Inspected, drill?: Inspected): string => {
  const finding = findingOf(look, drill)
  switch (finding.kind) {
    case 'could-fence':
      return ['could-fence', ...finding.flaws].join(' ')
    case 'could-not':
      return finding.because
    case 'own-host':
      return finding.kind
  }
}

test('what a look finds', async (t) => {
  const rows: readonly (readonly [string, Inspected, string])[] = [
    ['a host that is well', inspected(), 'could-fence'],
    ['sudo wants a password', refusedLook('sudo-refused'), 'sudo-refused'],
    ['another key', refusedLook('host-key-changed'), 'host-key-changed'],
    ['nobody is there', inspected(silent()), 'host-silent'],
    ['we are cut off', inspected(silent({ witnesses: [] })), 'peer-isolated'],
    ['hidepid', lookOf({ view: { ...view, processes: 'hidden' } }), 'processes-hidden'],
    ['a container', lookOf({ view: { ...view, pidNamespace: 'foreign' } }), 'pid-namespace'],
    [
      'a login that sees all and may kill nothing of others',
      lookOf({ view: { ...view, privilege: 'user' } }),
      'sudo-refused',
    ],
    [
      'a VM that was made up for this runs there',
      lookOf({
        qemus: [{ ...livingQemu(), kill: 'not-sent' }],
        finalScan: { ...cut, living: 1 },
      }),
      'report-invalid',
    ],
    [
      'a dying qemu without a name',
      lookOf({ finalScan: { ...cut, unattributable: 1 } }),
      'unattributable-qemu',
    ],
    ['this very host', lookOf({ host: { ...host, is: 'own-host' } }), 'own-host'],
    ['another host', lookOf({ host: { ...host, is: 'contradicted' } }), 'wrong-host'],
    ['no time', inspected({ kind: 'out-of-time' }), 'deadline-passed'],
  ]
  for (const [title, look, expected] of rows) {
    t.equal(wordOf(look), expected, title)
    if (expected !== 'could-fence') t.equal(wordOf(look, drillSeen()), expected, title)
  }
})

test('whatever is refused could not be fenced, whatever a drill claims', async (t) => {
  for (const because of doubts.filter((one) => one !== 'own-host')) {
    t.match(findingOf(refusedLook(because), drillSeen()), { kind: 'could-not', because })
    t.match(findingOf(inspected(), refusedLook(because)), { kind: 'could-not', because })
  }
})

test('what a drill adds', async (t) => {
  const zombie = { ...killedQemu, end: { kind: 'zombie', afterMs: 3 } } as const
  const rows: readonly (readonly [string, Inspected, string])[] = [
    ['a canary that died', drillSeen(), 'could-fence'],
    ['one whose parent has not waited for it yet', drillSeen({ qemus: [zombie] }), 'could-fence'],
    ['nothing to kill', drillSeen({ qemus: [] }), 'canary-not-met'],
    [
      'one that was gone before',
      drillSeen({ qemus: [{ ...killedQemu, kill: 'already-gone' }] }),
      'canary-not-met',
    ],
    ['one that lives', drillSeen({ qemus: [livingQemu()] }), 'not-gone-in-time'],
    [
      'one that may not be killed',
      drillSeen({ qemus: [{ ...livingQemu(), kill: 'denied' }] }),
      'kill-denied',
    ],
    ['a hold that was cut', drillSeen({ finalScan: cut }), 'hold-not-kept'],
    ['silence in between', inspected(silent()), 'host-silent'],
  ]
  for (const [title, drill, expected] of rows) t.equal(wordOf(inspected(), drill), expected, title)
})

test('what is weak, and keeps no fence from its proof', async (t) => {
  const sshd = (sshdSessions: string, sshdStartups: string) =>
    lookOf({}, { tools: { ...goodTools, sshdSessions, sshdStartups } })
  const rows: readonly (readonly [Inspected, string])[] = [
    [lookOf({ virsh: 'not-running' }), ''],
    [lookOf({ virsh: 'no-answer' }), ' libvirt-no-answer'],
    [lookOf({ virsh: 'left-out' }), ' libvirt-no-answer'],
    [lookOf({ virsh: 'failed' }), ' libvirt-failed'],
    [lookOf({ virsh: 'missing', pgrep: 'missing' }), ' virsh-missing pgrep-missing'],
    [lookOf({ pgrep: 'failed' }), ' pgrep-failed'],
    [lookOf({ pgrep: 'late' }), ' pgrep-failed'],
    [lookOf({ pgrep: 'found-more' }), ' pgrep-found-more'],
    [lookOf({}, { skewSec: 5 }), ''],
    [lookOf({}, { skewSec: 6 }), ' clock-skew'],
    [lookOf({}, { skewSec: -6 }), ' clock-skew'],
    [lookOf({}, { tools: undefined, skewSec: undefined }), ' tools-not-told'],
    [sshd('8', '10:30:100'), ''],
    [sshd('7', '100'), ' sshd-sessions-low'],
    [sshd('10', '9:30:100'), ' sshd-startups-low'],
    [sshd('-', '-'), ''],
  ]
  for (const [look, expected] of rows) t.equal(wordOf(look, drillSeen()), `could-fence${expected}`)
  const drills: readonly (readonly [QuarantineState['state'], string])[] = [
    ['proven', ''],
    ['not-set', ''],
    ['no-hook', ' quarantine-no-hook'],
    ['hook-not-active', ' quarantine-not-active'],
    ['not-writable', ' quarantine-not-writable'],
    ['set', ' quarantine-not-shown'],
    ['taken-back', ' quarantine-not-shown'],
    ['lifted', ' quarantine-not-shown'],
  ]
  for (const [state, expected] of drills) {
    const quarantine = { state, policy: 'optional' } as const
    t.equal(wordOf(lookOf({}), drillSeen({ quarantine })), `could-fence${expected}`)
    t.equal(
      wordOf(lookOf({}), drillSeen({ quarantine, virsh: 'no-daemon' })),
      'could-fence',
      'there is no libvirt that could obey',
    )
  }
  t.equal(wordOf(lookOf({}), undefined), 'could-fence', 'a look asks nobody to obey')
  const named = new Set([...rows, ...drills].flatMap(([, words]) => words.split(' ')))
  for (const flaw of flaws) t.ok(named.has(flaw), flaw)
})

test('how long the canary took', async (t) => {
  const rows: readonly (readonly [Evidence, number | undefined])[] = [
    [drillSeen().evidence, 10],
    [drillSeen({ qemus: [livingQemu()] }).evidence, undefined],
    [drillSeen({ qemus: [] }).evidence, undefined],
    [silent(), undefined],
  ]
  for (const [evidence, expected] of rows) t.equal(killedOf(evidence), expected)
})

test('no word of a drill is one of a fence', async (t) => {
  const words: readonly string[] = doubts
  t.same(
    [...drillDoubts, ...flaws].filter((one) => words.includes(one)),
    [],
  )
})
