import { test } from 'tap'
import { seenInDoubt } from '../../../agent/contract/words/particulars.ts'
import { doubts } from '../../../agent/domain/verdict.ts'
import type { Doubt } from '../../../agent/domain/verdict.ts'
import type { Evidence } from '../../../agent/domain/evidence.ts'
import type { ContactTrail } from '../../../agent/fence/contact-trail.ts'
import {
  cleanReport,
  killedQemu,
  livingQemu,
  reported,
  routedAddress,
  silent,
  silentAddress,
  someRules,
  someWitness,
} from '../../fixtures/values/evidence.ts'

const trail: ContactTrail = { address: '192.0.2.7', phases: [], detail: 'the end' }
const refused: Evidence = { kind: 'refusal', because: 'host-key-changed' }
const scan = cleanReport.finalScan

const hungTask = { tid: 239, state: 'D', wchan: 'percpu_rwsem_wait', comm: 'worker' }
const hung = reported({
  qemus: [{ ...killedQemu, pid: 232, end: { kind: 'living', tasks: [hungTask] } }],
})

const rows: readonly (readonly [string, Doubt, Evidence, string])[] = [
  [
    'an unkillable task is named with what it waits for, and with its storage',
    'unkillable',
    hung,
    'Task 239 of qemu 232 (state D) waits in percpu_rwsem_wait, that is for a file system that is frozen. Its storage: block devices or file systems of the host (block).',
  ],
  [
    'tasks that are left are counted with their states',
    'not-gone-in-time',
    reported({ qemus: [killedQemu, livingQemu('R')] }),
    'Tasks left of qemu 84: 1, in state R.',
  ],
  [
    'what the last scan alone counted is told as that',
    'not-gone-in-time',
    reported({ finalScan: { ...scan, living: 2 } }),
    'A last scan still counted 2 of its processes.',
  ],
  [
    'who could not be killed',
    'kill-denied',
    reported({ qemus: [{ ...livingQemu(), kill: 'denied' }] }),
    'Not permitted: qemu 84.',
  ],
  [
    'who came back',
    'respawned',
    reported({ qemus: [killedQemu, { ...livingQemu(), pid: 99, seen: 'after-kill' }] }),
    'New since the kill: qemu 99.',
  ],
  [
    'somebody came back whom the scan alone saw',
    'respawned',
    reported({ finalScan: { ...scan, newcomers: 1 } }),
    'New since the kill: a qemu that the last scan alone counted.',
  ],
  [
    'which process cannot be attributed',
    'unattributable-qemu',
    reported({
      doubtful: [
        { why: 'unattributable', pid: 7, comm: 'x' },
        { why: 'ambiguous', pid: 8, comm: 'x' },
      ],
    }),
    'Seen: process 7.',
  ],
  [
    'which process is ambiguous, and that there are more of them than anybody reads',
    'ambiguous-process',
    reported({
      doubtful: [1, 2, 3, 4, 5, 6].map((pid) => ({ why: 'ambiguous', pid, comm: 'x' })),
    }),
    'Seen: process 1, process 2, process 3, process 4, and 2 more.',
  ],
  [
    'a scan that was not complete and cannot tell more falls back on the end of the contact',
    'scan-incomplete',
    reported(),
    'Seen: the end.',
  ],
  [
    'a connection of the qemu that still holds data',
    'io-in-flight',
    reported({ io: { ...cleanReport.io, sockets: 'waiting' } }),
    'Its storage: block devices or file systems of the host (block). The kernel still holds data for a TCP connection that the qemu had opened itself.',
  ],
  [
    'a socket of the qemu that no table shows',
    'io-in-flight',
    reported({ io: { ...cleanReport.io, sockets: 'not-known' } }),
    'Its storage: block devices or file systems of the host (block). It had a socket that no table of the kernel shows (MPTCP, SMC, vsock), or a network that could not be looked at.',
  ],
  [
    'a disk that is only in the arguments',
    'disk-not-seen',
    reported({ storage: { ...cleanReport.storage, kind: 'hidden', fileSystems: [] } }),
    'Its storage: a disk that its arguments name and that it had not open.',
  ],
  [
    'a helper that may still write',
    'helper-not-settled',
    reported({ helpers: { state: 'pending', policy: 'refuse' } }),
    'Its storage: block devices or file systems of the host (block); programs that write for it: pending, with suspects.helpers refuse.',
  ],
  [
    'a quarantine that has to be proven',
    'quarantine-not-proven',
    reported({ quarantine: { state: 'hook-not-active', policy: 'required' } }),
    'Quarantine: hook-not-active.',
  ],
  [
    'a start that libvirt does not exclude',
    'start-not-excluded',
    reported({ qemus: [], virsh: 'no-answer' }),
    'Libvirt said of the VM: no-answer; quarantine: set.',
  ],
  ...(
    [
      ['too-slow', 'a unit of systemd that restarts after 60000 ms, later than a hold can last,'],
      ['parent', 'a process that started it and waits for it, the parent'],
      ['not-known', 'a unit whose settings could not be read,'],
      ['not-looked', 'nothing: nobody has looked for a supervisor'],
      ['outlasted', 'a unit of systemd that restarts after 60000 ms,'],
      ['pod', 'the pod'],
      ['no', 'no supervisor'],
      ['none-seen', 'no supervisor'],
    ] as const
  ).map(
    ([is, text]) =>
      [
        `a supervisor: ${is}`,
        'supervised',
        reported({ supervisor: { is, restartMs: 60_000 } }),
        `Seen: ${text} of qemu 84.`,
      ] as const,
  ),
  [
    'devices that do not come to rest',
    'io-in-flight',
    reported({ io: { uring: 'seen', drained: 'no', devices: 'own', sockets: 'none' } }),
    'Its storage: block devices or file systems of the host (block). Writes that may outlive it (io_uring): seen; block devices (own) at rest: no.',
  ],
  [
    'a page cache',
    'page-cache-dirty',
    reported({
      storage: {
        kind: 'network-fs',
        fileSystems: ['nfs4'],
        pageCache: 'not-flushed',
        policy: 'flush',
      },
    }),
    'Its storage: a network file system (nfs4); page cache: not-flushed, with suspects.pageCache flush.',
  ],
  [
    'both fingerprints of a host key that changed',
    'host-key-changed',
    refused,
    'The host showed SHA256:new; known is SHA256:old.',
  ],
  [
    'what was seen at each address that is not silent',
    'suspect-answered',
    silent({ addresses: [{ ...silentAddress, echo: 'replied' }] }),
    'Seen at 192.0.2.7 (IPv4 on a link of ours): TCP silent, ping replied, ARP or ND unresolved.',
  ],
  ['no address at all', 'silence-not-proven', silent({ addresses: [] }), 'Seen: the end.'],
  [
    'an isolated peer tells whom it asked, and on which way nobody answered',
    'peer-isolated',
    silent({
      addresses: [silentAddress, { ...routedAddress, address: '198.51.100.7' }],
      witnesses: [
        { ...someWitness, address: '192.0.2.2', by: 'tcp', neighbour: 'off-link' },
        { ...someWitness, address: '192.0.2.3', neighbour: 'no' },
        { ...someWitness, address: '198.51.100.1', answered: 'no' },
      ],
    }),
    'Witnesses asked: 192.0.2.2 (answered by tcp), 192.0.2.3 (answered by echo, not by ARP), 198.51.100.1 (no answer). Nobody vouches for the way to 192.0.2.7, 198.51.100.7.',
  ],
  [
    'the addresses where no ARP was asked',
    'routed-silence',
    silent({
      addresses: [
        silentAddress,
        routedAddress,
        { ...silentAddress, address: 'fd00::7', way: 'nd' },
      ],
    }),
    'Without ARP: 192.0.2.7 (through a router), fd00::7 (IPv6 on a link of ours).',
  ],
  [
    'and which witness is missing where that is accepted',
    'routed-silence',
    silent({ addresses: [routedAddress], rules: { ...someRules, routed: 'accept' } }),
    'Without ARP: 192.0.2.7 (through a router). No witness of its own subnet answered a ping and on a TCP port that is named for it.',
  ],
  [
    'a host that was never met',
    'never-met',
    silent({ everMet: { by: 'never' } }),
    'Asked about: 192.0.2.7. This peer never had to do with it: an address that nobody has is as silent.',
  ],
  [
    'how long it was silent, and how long that has to be',
    'silence-too-short',
    silent({ lastedMs: 8_340 }),
    'Silent for 8.3 s; probe.silenceSec is 15.',
  ],
  [
    'an isolated peer that had nobody to ask',
    'peer-isolated',
    silent({ witnesses: [] }),
    'Witnesses asked: none. Nobody vouches for the way to 192.0.2.7.',
  ],
  [
    'trouble of our own is told by the end of the contact',
    'own-network-trouble',
    { kind: 'own-trouble', because: 'own-network-trouble' },
    'Seen: the end.',
  ],
]

for (const [title, because, evidence, seen] of rows) {
  test(title, async (t) => {
    const isAboutKey = because === 'host-key-changed'
    const hostKey = { shown: 'SHA256:new', known: ['SHA256:old'] }
    t.equal(seenInDoubt(because, evidence, isAboutKey ? { ...trail, hostKey } : trail), seen)
  })
}

test('a host of which no key is known, and a contact without an end', async (t) => {
  const hostKey = { shown: 'SHA256:new', known: [] }
  t.match(seenInDoubt('host-key-unknown', refused, { ...trail, hostKey }), /known is none\.$/)
  t.equal(seenInDoubt('login-refused', refused, { ...trail, detail: '' }), '')
})

test('whatever the reason and the evidence, what is told is plain and short', async (t) => {
  const spoilt = { tid: 1, state: '\u001b', wchan: 'a\u001b[2J b', comm: '\u001b[31m' }
  const many = Array.from({ length: 500 }, () => spoilt)
  const all: readonly Evidence[] = [
    reported({
      qemus: Array.from({ length: 50 }, () => ({
        ...livingQemu('D'),
        end: { kind: 'living', tasks: [...many, { ...spoilt, state: 'D' }] },
      })),
    }),
    silent({
      addresses: Array.from({ length: 40 }, () => ({ ...silentAddress, address: '\u001b[2J' })),
    }),
    { kind: 'out-of-time' },
  ]
  for (const evidence of all) {
    for (const because of doubts) {
      const seen = seenInDoubt(because, evidence, {
        ...trail,
        detail: '\u001b]0;x\u0007'.repeat(99),
      })
      t.match(seen, /^[\x20-\x7e]{0,900}$/, because)
    }
  }
})
