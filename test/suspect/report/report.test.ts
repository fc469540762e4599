import * as fc from 'fast-check'
import { test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import { createReportReader } from '../../../agent/suspect/report/report.ts'
import { someVm, uuid } from '../../fixtures/values/evidence.ts'
import { parseReport, reportText } from '../../fixtures/values/report-text.ts'
import type { ParsedReport } from '../../fixtures/values/report-text.ts'

const nonce = '0123456789abcdef0123456789abcdef'
const otherVm = uuid('99999999-2222-4333-8444-555555555555')
const ready = `PF1 ${nonce} ready\n`
const onReady = () => [someVm]
const whole = reportText(nonce, someVm)
const read = (text: string): ParsedReport => parseReport(text, nonce, someVm)
const outcome = (text: string): string => {
  const parsed = read(text)
  return parsed.kind === 'complete' ? 'complete' : parsed.because
}
/** What is wrong with a text whose report stands. */
const faultAfter = (text: string): string | undefined => {
  const parsed = read(text)
  return parsed.kind === 'complete' ? parsed.fault?.because : 'no report'
}

/** The report's lines without tag and count, so that a row can change them and number them anew. */
const bodies = whole
  .trimEnd()
  .split('\n')
  .map((line) => line.split(' ').slice(3).join(' '))
const numbered = (lines: readonly string[]): string =>
  lines.map((line, index) => `PF1 ${nonce} ${index + 1} ${line}\n`).join('')
const changed = (from: string, to: string): string =>
  numbered(bodies.map((line) => line.replace(from, to)))
const withQemu = (...lines: readonly string[]): string => {
  const rest = bodies.slice(4).map((line) => line.replace('is=none-seen', 'is=no'))
  const all = [...bodies.slice(0, 4), ...lines, ...rest]
  return numbered(all)
    .replace(
      'vm-end uuid=' + someVm + ' lines=12',
      `vm-end uuid=${someVm} lines=${12 + lines.length}`,
    )
    .replace('end lines=16', `end lines=${16 + lines.length}`)
}
const qemu = 'qemu pid=84 start=1234 by=argv-uuid seen=before-kill kill=sent'
const living = `${qemu} end=living after_ms=0 tasks=1`

test('a whole report', async (t) => {
  const parsed = read(whole)
  t.equal(parsed.kind, 'complete')
  if (parsed.kind === 'complete') {
    t.same(parsed.report.host, {
      machineId: '0123',
      bootId: '4567',
      hostUuids: ['89ab'],
      is: 'as-named',
    })
    t.same(decide({ kind: 'report', report: parsed.report }).because, 'already-gone')
  }
})

test('a report with a qemu, its tasks and doubtful processes', async (t) => {
  const text = withQemu(
    `${qemu} end=gone after_ms=10 tasks=0`,
    `${qemu.replace('pid=84', 'pid=85')} end=living after_ms=0 tasks=2`,
    'task tid=85 state=D wchan=exit_aio comm=worker',
    'task tid=86 state=R wchan=- comm=CPU_0/KVM',
    'doubtful why=ambiguous pid=7 comm=bash',
  )
    .replace('living=0', 'living=1')
    .replace('ambiguous=0', 'ambiguous=1')
  const parsed = read(text)
  t.equal(parsed.kind, 'complete')
  if (parsed.kind !== 'complete') return
  t.same(
    parsed.report.qemus.map(({ pid, end }) => [pid, end]),
    [
      [84, { kind: 'gone', afterMs: 10 }],
      [
        85,
        {
          kind: 'living',
          tasks: [
            { tid: 85, state: 'D', wchan: 'exit_aio', comm: 'worker' },
            { tid: 86, state: 'R', wchan: '-', comm: 'CPU_0/KVM' },
          ],
        },
      ],
    ],
  )
  t.same(parsed.report.doubtful, [{ why: 'ambiguous', pid: 7, comm: 'bash' }])
  t.equal(decide({ kind: 'report', report: parsed.report }).because, 'unkillable')
})

test('cut after any byte of its frame it is no report', async (t) => {
  const frameBytes = whole.indexOf('\n', whole.indexOf(' vm-end ')) + 1
  for (let bytes = 0; bytes < frameBytes; bytes += 1) {
    const got = outcome(whole.slice(0, bytes))
    if (got !== 'report-missing' && got !== 'report-truncated') t.fail(`${bytes} bytes: ${got}`)
  }
  t.equal(outcome(whole.slice(0, frameBytes)), 'complete', 'and its last byte makes it one')
  t.equal(faultAfter(whole.slice(0, -1)), 'report-truncated')
  t.equal(faultAfter(whole), undefined)
})

test('the text may come in any pieces', async (t) => {
  for (const size of [1, 2, 7, 64, whole.length]) {
    const seen: string[] = []
    const reader = createReportReader({ nonce, action: 'fence', onReady }, ({ vm }) => {
      seen.push(vm)
    })
    reader.take(ready)
    for (let at = 0; at < whole.length; at += size) {
      t.equal(
        seen.length > 0,
        whole.slice(0, at).includes(' vm-end uuid='.concat(someVm, ' lines=12\n')),
      )
      reader.take(whole.slice(at, at + size))
    }
    t.same(seen, [someVm])
    t.equal(reader.fault(), undefined)
  }
})

test('any line lost, doubled or exchanged voids it', async (t) => {
  const lines = whole.split(/(?<=\n)/)
  // The last is the end of all: by then the report of the VM stands.
  for (let index = 0; index < lines.length - 1; index += 1) {
    const without = lines.toSpliced(index, 1).join('')
    const twice = lines.toSpliced(index, 0, lines[index] ?? '').join('')
    t.not(outcome(without), 'complete', `without line ${index + 1}`)
    if (index < lines.length - 2) {
      t.equal(outcome(twice), 'report-invalid', `line ${index + 1} twice`)
    } else t.equal(faultAfter(twice), 'report-invalid', 'its own end twice')
    // The same with honest numbers: the order itself has to hold.
    const body = bodies.toSpliced(index, 1)
    t.not(outcome(numbered(body)), 'complete', `never said line ${index + 1}`)
    if (index > 0) {
      const swapped = bodies.toSpliced(index - 1, 2, bodies[index] ?? '', bodies[index - 1] ?? '')
      t.equal(outcome(numbered(swapped)), 'report-invalid')
    }
  }
})

test('nobody is told of a VM that was not asked for, or twice of one', async (t) => {
  const seen: string[] = []
  const reader = () =>
    createReportReader({ nonce, action: 'fence', onReady }, ({ vm }) => {
      seen.push(vm)
    })
  reader().take(ready + reportText(nonce, otherVm))
  t.same(seen, [])
  reader().take(ready + numbered([...bodies.slice(0, 15), ...bodies.slice(3, 15), 'end lines=28']))
  t.same(seen, [someVm])
})

test('a program is told its VMs once, and before it says anything', async (t) => {
  let told = 0
  const asked = {
    nonce,
    action: 'fence',
    onReady: () => {
      told += 1
      return onReady()
    },
  } as const
  const twice = createReportReader(asked, () => undefined)
  twice.take(ready + ready)
  t.equal(twice.fault()?.because, 'report-invalid')
  t.equal(told, 1)
  const late = createReportReader(asked, () => undefined)
  late.take(whole + ready)
  t.equal(late.fault()?.because, 'report-invalid')
  t.equal(told, 1)
})

test('tools are told by a look alone, in their place', async (t) => {
  const line = 'tools epoch=1 bash=5.2 kernel=6.1 pgrep=- sessions=- startups=-'
  const look = bodies.map((one) => one.replace('=fence', '=look'))
  const rows: readonly (readonly [string, string, 'fence' | 'look', string | undefined])[] = [
    ['after the frames', numbered([...look.slice(0, 15), line, 'end lines=17']), 'look', undefined],
    [
      'inside of a frame',
      numbered([...look.slice(0, 6), line, ...look.slice(6)]),
      'look',
      'report-invalid',
    ],
    [
      'by a fence',
      numbered([...bodies.slice(0, 15), line, 'end lines=17']),
      'fence',
      'report-invalid',
    ],
  ]
  for (const [sentence, text, action, because] of rows) {
    let told = 0
    const asked = { nonce, action, onReady }
    const reader = createReportReader(
      asked,
      () => undefined,
      () => (told += 1),
    )
    reader.take(ready + text)
    t.equal(reader.fault()?.because, because, sentence)
    t.equal(told, because === undefined ? 1 : 0, sentence)
  }
})

test('what is wrong behind a report does not take it back, and is told', async (t) => {
  t.equal(faultAfter(changed('end lines=16', 'end lines=15')), 'report-invalid')
  t.equal(faultAfter(`${whole}PF1 ${nonce} 12 pgrep state=agreed\n`), 'report-invalid')
  t.equal(faultAfter(whole.repeat(2)), 'report-invalid')
  t.equal(faultAfter(`${whole}noise\n`), undefined)
})

const rows: readonly (readonly [sentence: string, text: string, outcome: string])[] = [
  ['nothing at all', '', 'report-missing'],
  ['exit 0 and talk', 'Welcome!\nQEMU_DEAD\nend lines=13\n', 'report-missing'],
  ['a report of another fence', reportText('f'.repeat(32), someVm), 'report-missing'],
  ['a report of another VM', reportText(nonce, otherVm), 'report-invalid'],
  [
    'noise before, between and after',
    `motd\n\n${whole.replaceAll('\n', '\nnoise\n')}bye`,
    'complete',
  ],
  ['half a line of noise before the first line', `motd ${whole}`, 'report-invalid'],
  [
    'noise inside of a line',
    whole.replace('processes=120', 'processes=1 hello 20'),
    'report-invalid',
  ],
  ['a carriage return', whole.replaceAll('\n', '\r\n'), 'report-invalid'],
  ['a NUL', whole.replace('living=0', 'living=0\0'), 'report-invalid'],
  ['a colour', whole.replace('is=as-named', 'is=\u001b[31mas-named'), 'report-invalid'],
  ['two blanks', whole.replace(' view ', '  view '), 'report-invalid'],
  ['a kind that is not known', changed('pgrep state', 'oracle state'), 'report-invalid'],
  ['a kind that every object has', changed('pgrep state=agreed', 'constructor'), 'report-invalid'],
  ['a word that is not known', changed('is=as-named', 'is=fine'), 'report-invalid'],
  ['a key too many', changed('uring state=none', 'uring state=none more=1'), 'report-invalid'],
  ['a key too few', changed(' unreadable=0', ''), 'report-invalid'],
  [
    'keys in another order',
    changed('living=0 newcomers=0', 'newcomers=0 living=0'),
    'report-invalid',
  ],
  ['a count below zero', changed('living=0', 'living=-0'), 'report-invalid'],
  ['a count in hex', changed('living=0', 'living=0x0'), 'report-invalid'],
  ['a file system of no name', changed('types=block', 'types='), 'report-invalid'],
  ['a file system of any name', changed('types=block', 'types=block+evil'), 'report-invalid'],
  [
    'a page cache of any word',
    changed('page-cache state=none', 'page-cache state=fine'),
    'report-invalid',
  ],
  ['an empty count', changed('living=0', 'living='), 'report-invalid'],
  ['a frame that counts its lines wrongly', changed('lines=12', 'lines=11'), 'report-invalid'],
  [
    'a frame that ends as another VM',
    changed(`vm-end uuid=${someVm}`, `vm-end uuid=${otherVm}`),
    'report-invalid',
  ],
  [
    'one frame announced, none sent',
    numbered([...bodies.slice(0, 3), 'end lines=4']),
    'report-invalid',
  ],
  [
    'no frame announced, none sent',
    numbered(['begin version=4 action=fence vms=0', ...bodies.slice(1, 3), 'end lines=4']),
    'report-invalid',
  ],
  ['a look, where a fence was asked for', changed('action=fence', 'action=look'), 'report-invalid'],
  ['an action of another name', changed('action=fence', 'action=destroy'), 'report-invalid'],
  [
    'an end within',
    numbered([...bodies.slice(0, 3), 'end lines=4', 'end lines=5']),
    'report-invalid',
  ],
  [
    'a program that cannot work there',
    numbered(['begin version=4 action=fence vms=1', 'fail why=not-a-canary']),
    'program-failed',
  ],
  [
    'a program that its bash is too old for',
    numbered(['begin version=4 action=fence vms=1', 'too-old bash=4.1 needs=4.2']),
    'bash-too-old',
  ],
  [
    'a program of another version, which says so',
    numbered(['begin version=5 vms=0', 'fail why=version']),
    'program-version',
  ],
  [
    'a whole report of another version',
    whole.replace('version=4', 'version=40'),
    'program-version',
  ],
  [
    'a report of another version and grammar',
    numbered(['begin version=1 vms=1 more=yes', 'verdict=dead']),
    'program-version',
  ],
  ['a version that is no number', whole.replace('version=4', 'version=x'), 'report-invalid'],
  ['another version later on', changed('pgrep state=agreed', 'begin version=4'), 'report-invalid'],
  [
    'a living qemu that the scan did not count',
    withQemu(living, 'task tid=84 state=D wchan=- comm=q'),
    'report-invalid',
  ],
  [
    'fewer tasks than were counted',
    withQemu(living.replace('tasks=1', 'tasks=2'), 'task tid=84 state=D wchan=- comm=q').replace(
      'living=0',
      'living=1',
    ),
    'report-invalid',
  ],
  [
    'a living qemu without a task',
    withQemu(living.replace('tasks=1', 'tasks=0')).replace('living=0', 'living=1'),
    'report-invalid',
  ],
  [
    'a task that was announced and is missing',
    withQemu(living).replace('living=0', 'living=1'),
    'report-invalid',
  ],
  [
    'a dead qemu with a task',
    withQemu(`${qemu} end=gone after_ms=1 tasks=1`, 'task tid=84 state=D wchan=- comm=q'),
    'report-invalid',
  ],
  [
    'more VMs than were asked for',
    numbered([
      bodies[0]?.replace('vms=1', 'vms=2') ?? '',
      ...bodies.slice(1, 15),
      ...bodies.slice(3, 15).map((line) => line.replace(someVm, otherVm)),
      'end lines=28',
    ]),
    'report-invalid',
  ],
]

test('the types of the file systems', async (t) => {
  const typesOf = (types: string): readonly string[] | undefined => {
    const parsed = read(changed('types=block', `types=${types}`))
    return parsed.kind === 'complete' ? parsed.report.storage.fileSystems : undefined
  }
  t.same(typesOf('-'), [])
  t.same(typesOf('nfs4+ext4'), ['ext4', 'nfs4'])
})

test('what breaks the grammar or the sense of a report', async (t) => {
  for (const [sentence, text, expected] of rows) t.equal(outcome(text), expected, sentence)
})

test('two VMs in one report: each has its own', async (t) => {
  const other = bodies.slice(3, 15).map((line) => line.replace(someVm, otherVm))
  const text = numbered([
    bodies[0]?.replace('vms=1', 'vms=2') ?? '',
    ...bodies.slice(1, 15),
    ...other,
    'end lines=28',
  ])
  for (const [vm, another] of [
    [someVm, otherVm],
    [otherVm, someVm],
  ] as const) {
    const parsed = parseReport(text, nonce, vm, another)
    t.equal(parsed.kind === 'complete' ? parsed.report.vm : parsed.because, vm)
  }
})

test('of two VMs one is reported: the other is not', async (t) => {
  const head = [bodies[0]?.replace('vms=1', 'vms=2') ?? '', ...bodies.slice(1, 15)]
  const rest = (...more: readonly string[]) => numbered([...head, ...more])
  const otherFrame = bodies.slice(3, 15).map((line) => line.replace(someVm, otherVm))
  const rows: readonly (readonly [string, string, string])[] = [
    ['the text ends', rest(), 'report-truncated'],
    ['the end of all comes', rest('end lines=16'), 'report-invalid'],
    ['the same comes again', rest(...bodies.slice(3, 15), 'end lines=28'), 'report-invalid'],
    ['a line is garbled', rest('vm uuid=x'), 'report-invalid'],
    [
      'a line is garbled, and all after it is sound',
      rest('noise', ...otherFrame, 'end lines=29'),
      'report-invalid',
    ],
    ['the program fails', rest('fail why=not-a-canary'), 'program-failed'],
    [
      'its lines have no end',
      rest(...Array<string>(4200).fill('task tid=84 state=R wchan=- comm=q')),
      'report-invalid',
    ],
  ]
  for (const [sentence, text, because] of rows) {
    const seen = parseReport(text, nonce, someVm, otherVm)
    t.equal(seen.kind === 'complete' ? seen.fault?.because : 'no report', because, sentence)
    t.match(parseReport(text, nonce, otherVm, someVm), { kind: 'doubt', because }, sentence)
  }
})

test('no text makes it throw, and none without the nonce is a report', async (t) => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400 }), (text) => outcome(text) === 'report-missing'),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.nat(whole.length), (text, at) => {
      const spoiled = whole.slice(0, at) + text.replaceAll('\n', '') + whole.slice(at)
      const got = outcome(spoiled)
      // Text that falls between lines is noise; inside of one it may only change a count or a word.
      return got === 'complete' || got.startsWith('report-') || got === 'program-failed'
    }),
    { numRuns: 2000 },
  )
  t.pass('held')
})
