/** Reports with one fault in them, at every byte: what was a doubt never becomes a proof. */
import { test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import { doubt, mayProceed } from '../../../agent/domain/verdict.ts'
import type { Verdict } from '../../../agent/domain/verdict.ts'
import { someVm } from '../../fixtures/values/evidence.ts'
import { numbered, reportBodies, parseReport } from '../../fixtures/values/report-text.ts'

// A short one: it is half of each line otherwise, and a fault in it loses the line, wherever it is.
const nonce = '7f'
const judge = (text: string): Verdict => {
  const parsed = parseReport(text, nonce, someVm)
  return parsed.kind === 'complete'
    ? decide({ kind: 'report', report: parsed.report })
    : doubt(parsed.because)
}

const qemu = 'qemu pid=84 start=1234 by=argv-uuid'
const gone = `${qemu} seen=before-kill kill=sent end=gone after_ms=10 tasks=0`
const living = (how: string): readonly string[] => [
  `${qemu} ${how} end=living after_ms=0 tasks=1`,
  'task tid=84 state=S wchan=do_sys_poll comm=qemu-kvm',
]
const hung = [
  `${qemu} seen=before-kill kill=sent end=living after_ms=0 tasks=2`,
  'task tid=85 state=D wchan=exit_aio comm=worker',
  'task tid=84 state=S wchan=- comm=CPU_0/KVM',
]
const doubtful = (why: string, times = 1): readonly string[] =>
  Array.from({ length: times }, (_, index) => `doubtful why=${why} pid=${index + 7} comm=qemu`)

interface Row {
  readonly because: Verdict['because']
  readonly found?: readonly string[]
  readonly from?: string
  readonly to?: string
}

const proofs: readonly Row[] = [
  { because: 'already-gone' },
  { because: 'destroyed', found: [gone] },
  { because: 'zombie-only', found: [gone.replace('end=gone', 'end=zombie')] },
]

const refusals: readonly Row[] = [
  { because: 'unkillable', found: hung, from: 'living=0', to: 'living=1' },
  {
    because: 'kill-denied',
    found: living('seen=before-kill kill=denied'),
    from: 'living=0',
    to: 'living=1',
  },
  {
    because: 'respawned',
    found: [
      gone,
      ...living('seen=after-kill kill=not-sent').map((line) => line.replace('84', '9')),
    ],
    from: 'living=0 newcomers=0',
    to: 'living=1 newcomers=1',
  },
  {
    because: 'unattributable-qemu',
    found: doubtful('unattributable'),
    from: 'unattributable=0',
    to: 'unattributable=1',
  },
  {
    because: 'unattributable-qemu',
    found: doubtful('unattributable', 8),
    from: 'unattributable=0',
    to: 'unattributable=10',
  },
  {
    because: 'ambiguous-process',
    found: doubtful('ambiguous'),
    from: 'ambiguous=0',
    to: 'ambiguous=1',
  },
  {
    because: 'scan-incomplete',
    found: doubtful('unreadable'),
    from: 'unreadable=0',
    to: 'unreadable=1',
  },
  { because: 'hold-not-kept', found: [gone], from: 'hold=kept', to: 'hold=cut' },
  {
    because: 'io-in-flight',
    found: [gone],
    from: 'uring state=none drained=not-needed',
    to: 'uring state=seen drained=no',
  },
  {
    because: 'io-in-flight',
    found: [gone],
    from: 'sockets state=none',
    to: 'sockets state=waiting',
  },
  {
    because: 'io-in-flight',
    found: [gone],
    from: 'sockets state=none',
    to: 'sockets state=not-known',
  },
  {
    because: 'helper-not-settled',
    found: [gone],
    from: 'helpers state=none',
    to: 'helpers state=pending',
  },
  {
    because: 'helper-not-settled',
    found: [gone],
    from: 'helpers state=none',
    to: 'helpers state=not-known',
  },
  {
    because: 'quarantine-not-proven',
    found: [gone],
    from: 'policy=optional',
    to: 'policy=required',
  },
  { because: 'disk-not-seen', found: [gone], from: 'kind=local', to: 'kind=hidden' },
  { because: 'processes-hidden', from: 'processes=all', to: 'processes=hidden' },
  { because: 'pid-namespace', from: 'pidns=initial', to: 'pidns=foreign' },
  { because: 'wrong-host', from: 'is=as-named', to: 'is=contradicted' },
  { because: 'own-host', from: 'is=as-named', to: 'is=own-host' },
]

const bodiesOf = ({ found = [], from = '', to = '' }: Row): string[] =>
  reportBodies(someVm, found, (line) => line.replace(from, to))
const textOf = (row: Row): string => numbered(nonce, bodiesOf(row)).join('')
/** Whatever happens to the last line, the report before it stands. */
const endLength = `PF1 ${nonce} 16 end lines=16\n`.length

const lengths = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 40, 80, 160]
const digits = Array.from({ length: 10 }, (_, digit) => 0x30 + digit)
const put = (text: string, at: number, byte: number): string =>
  text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1)

/** Everything that one fault at one byte can make of a text. */
const faults: Readonly<Record<string, (text: string, at: number) => readonly string[]>> = {
  'cut after it': (text, at) => [text.slice(0, at)],
  'one bit': (text, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => put(text, at, text.charCodeAt(at) ^ (1 << bit))),
  'another byte': (text, at) => [0, 10, 27, 255, ...digits].map((byte) => put(text, at, byte)),
  'one byte more': (text, at) =>
    ['0', ' ', '\n', '\0'].map((byte) => text.slice(0, at) + byte + text.slice(at)),
  'some bytes lost': (text, at) =>
    lengths.map((length) => text.slice(0, at) + text.slice(at + length)),
  'some bytes twice': (text, at) =>
    lengths.map((length) => text.slice(0, at) + text.slice(Math.max(0, at - length))),
}

for (const row of [...refusals, ...proofs]) {
  const text = textOf(row)
  const isProof = proofs.includes(row)
  test(`${row.because} ${row.to ?? ''}, with a fault at every byte`, async (t) => {
    t.equal(judge(text).because, row.because, 'and without one')
    for (const [name, spoil] of Object.entries(faults)) {
      const counts = { tried: 0, proven: 0 }
      for (let at = 0; at < text.length; at += 1) {
        for (const spoiled of spoil(text, at)) {
          if (spoiled === text) continue
          counts.tried += 1
          const verdict = judge(spoiled)
          if (!mayProceed(verdict)) continue
          counts.proven += 1
          if (!isProof) t.fail(`${name}, byte ${at}: ${verdict.because} out of:\n${spoiled}`)
        }
      }
      t.ok(counts.tried > text.length - 2, `${name}: ${counts.tried} tried`)
      if (name === 'cut after it') t.equal(counts.proven, isProof ? endLength : 0, 'a cut frame')
    }
  })
}

test('a doubtful process that is listed and not counted, or counted and not listed', async (t) => {
  const rows: readonly (readonly [sentence: string, row: Row])[] = [
    ['listed only', { because: 'report-invalid', found: doubtful('ambiguous') }],
    ['counted only', { because: 'report-invalid', from: 'ambiguous=0', to: 'ambiguous=1' }],
    [
      'listed as another kind',
      {
        because: 'report-invalid',
        found: doubtful('ambiguous'),
        from: 'unattributable=0',
        to: 'unattributable=1',
      },
    ],
    [
      'more listed than there is room for',
      {
        because: 'report-invalid',
        found: doubtful('unreadable', 9),
        from: 'unreadable=0',
        to: 'unreadable=9',
      },
    ],
    [
      'as many counted as there is room for on the list, and one more',
      {
        because: 'scan-incomplete',
        found: doubtful('unreadable', 8),
        from: 'unreadable=0',
        to: 'unreadable=9',
      },
    ],
  ]
  for (const [sentence, row] of rows) t.equal(judge(textOf(row)).because, row.because, sentence)
})
