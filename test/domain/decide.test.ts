import { test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import type { Evidence, HelperState, IoState, StorageState } from '../../agent/domain/evidence.ts'
import type { AddressSilence, SilenceEvidence } from '../../agent/domain/silence-evidence.ts'
import type { Because } from '../../agent/domain/verdict.ts'
import { words } from '../../agent/suspect/report/report-line.ts'
import {
  cleanReport,
  killedQemu,
  livingQemu,
  passedOn,
  reported,
  routedAddress,
  silent,
  silentAddress,
  someRules,
  someWitness,
} from '../fixtures/values/evidence.ts'

type Row = readonly [sentence: string, evidence: Evidence, because: Because]

const scan = (change: Partial<typeof cleanReport.finalScan>): Evidence =>
  reported({ finalScan: { ...cleanReport.finalScan, ...change } })
const io = (
  uring: IoState['uring'],
  drained: IoState['drained'],
  sockets: IoState['sockets'] = 'none',
): IoState => ({ uring, drained, devices: 'all', sockets })
const storage = (change: Partial<StorageState>): Evidence =>
  reported({ storage: { ...cleanReport.storage, ...change } })
const helped = (state: HelperState['state'], policy: HelperState['policy'] = 'refuse'): Evidence =>
  reported({ helpers: { state, policy } })
const zombie = { ...killedQemu, end: { kind: 'zombie', afterMs: 1 } } as const
const address = (change: Partial<typeof silentAddress>): Evidence =>
  silent({ addresses: [{ ...silentAddress, ...change }] })

const elsewhere = { ...silentAddress, address: '198.51.100.7' }
const witness = someWitness
const routed = (
  change: Partial<SilenceEvidence> = {},
  way: AddressSilence = routedAddress,
): Evidence =>
  silent({
    addresses: [way],
    witnesses: [{ ...someWitness, port: 'answered' }],
    rules: { ...someRules, routed: 'accept' },
    ...change,
  })
const overIpv6 = { ...silentAddress, way: 'nd' } as const
const strict = { ...someRules, neverMet: 'refuse' } as const

const proofs: readonly Row[] = [
  ['a qemu that was killed and is gone is dead', reported(), 'destroyed'],
  [
    'nothing found, nothing hung: it was gone before us',
    reported({ qemus: [], io: io('not-looked', 'yes', 'not-looked') }),
    'already-gone',
  ],
  [
    'a busy host, where devices never rest, can still say that nothing was found',
    reported({ qemus: [], io: io('not-looked', 'moving', 'not-looked') }),
    'already-gone',
  ],
  [
    'a qemu that ended between the scan and the kill was gone by itself',
    reported({ qemus: [{ ...killedQemu, kill: 'already-gone' }] }),
    'already-gone',
  ],
  ['a zombie without any other task cannot write', reported({ qemus: [zombie] }), 'zombie-only'],
  [
    'io_uring was used, and every device was seen at rest afterwards',
    reported({ io: io('seen', 'yes') }),
    'destroyed',
  ],
  [
    'nobody could look for helpers of a VM that was gone before us, nor at its page cache',
    reported({
      qemus: [],
      helpers: { state: 'not-looked', policy: 'refuse' },
      storage: { kind: 'not-looked', fileSystems: [], pageCache: 'not-looked', policy: 'flush' },
    }),
    'already-gone',
  ],
  ['a helper that has settled writes no more', helped('settled'), 'destroyed'],
  [
    'a helper that may write is told where that is wanted',
    helped('pending', 'report'),
    'destroyed',
  ],
  [
    'its TCP connections have sent all they had',
    reported({ io: io('none', 'not-needed', 'sent') }),
    'destroyed',
  ],
  ...(['no-such-vm', 'not-running', 'destroyed', 'no-daemon'] as const).map((virsh): Row => [
    `nothing is found, and libvirt says ${virsh}`,
    reported({ qemus: [], virsh }),
    'already-gone',
  ]),
  ['a qemu was killed, and libvirt hangs', reported({ virsh: 'no-answer' }), 'destroyed'],
  [
    'a dirty page cache that the operator wants to be told of alone',
    storage({ pageCache: 'may-hold-dirty' }),
    'destroyed',
  ],
  [
    'a page cache that was flushed after the end of the qemu, where flushing was asked for',
    storage({ policy: 'flush', pageCache: 'flushed' }),
    'destroyed',
  ],
  [
    'nothing that could be dirty, where that would refuse',
    storage({ policy: 'refuse' }),
    'destroyed',
  ],
  [
    'what cannot be seen of network storage is told, and does not refuse',
    storage({ kind: 'network-fs', fileSystems: ['nfs4'] }),
    'destroyed',
  ],
  [
    'a nested pid namespace that the operator accepted is the whole host',
    reported({ view: { ...cleanReport.view, pidNamespace: 'nested-accepted' } }),
    'destroyed',
  ],
  [
    'IPv4 on a link of ours without ARP, and a witness that answered both',
    silent(),
    'every-address-silent',
  ],
  [
    'two silent addresses, and a witness on the way to each',
    silent({
      addresses: [silentAddress, elsewhere],
      witnesses: [witness, { ...witness, vouchesFor: [elsewhere.address] }],
    }),
    'every-address-silent',
  ],
  [
    'our own failed ARP, seen by TCP, by ping and in the neighbour table',
    address({ tcp: 'no-neighbour', echo: 'no-neighbour', neighbour: 'unresolved' }),
    'every-address-silent',
  ],
  ['a router, accepted, and a witness that answered by both', routed(), 'every-address-silent'],
  ['IPv6, accepted, and a witness of its subnet', routed({}, overIpv6), 'every-address-silent'],
  ['never met, which is accepted', silent({ everMet: { by: 'never' } }), 'every-address-silent'],
  ...(['login', 'drill', 'pinned-key'] as const).map((by): Row => [
    `met by ${by}`,
    silent({ everMet: { by, at: '' }, rules: strict }),
    'every-address-silent',
  ]),
  [
    'a silence that was longer than it has to be',
    silent({ lastedMs: 60_000 }),
    'every-address-silent',
  ],
]

const refusals: readonly Row[] = [
  ['silence behind a router', routed({ rules: someRules }), 'routed-silence'],
  ['silence over IPv6 on a link of ours', routed({ rules: someRules }, overIpv6), 'routed-silence'],
  [
    'IPv6 beside an IPv4 address of the host that is dead by ARP',
    silent({
      addresses: [silentAddress, { ...overIpv6, address: 'fd00::7' }],
      witnesses: [{ ...witness, vouchesFor: [silentAddress.address, 'fd00::7'] }],
    }),
    'routed-silence',
  ],
  [
    'a router, accepted, and a witness that answered on no port',
    routed({ witnesses: [witness] }),
    'routed-silence',
  ],
  [
    'a router, accepted, and a witness that answered on its port alone',
    routed({ witnesses: [{ ...witness, by: 'port', port: 'answered' }] }),
    'routed-silence',
  ],
  [
    'a router, accepted, and a witness of another subnet',
    routed({ witnesses: [{ ...witness, port: 'answered', besides: [] }] }),
    'routed-silence',
  ],
  [
    'a router, accepted, and two witnesses that each answered by half',
    routed({ witnesses: [witness, { ...witness, by: 'tcp', port: 'answered' }] }),
    'routed-silence',
  ],
  [
    'a router, accepted, and a witness of the subnet on another way',
    routed({ witnesses: [witness, { ...witness, port: 'answered', vouchesFor: [] }] }),
    'routed-silence',
  ],
  [
    'a router, accepted, and EHOSTUNREACH of our own kernel alone',
    routed({}, { ...routedAddress, tcp: 'no-neighbour' }),
    'silence-not-proven',
  ],
  ['a router, accepted, and nobody answers', routed({ witnesses: [] }), 'peer-isolated'],
  [
    'a witness that answered IP and not ARP',
    silent({ witnesses: [{ ...witness, neighbour: 'no' }] }),
    'peer-isolated',
  ],
  [
    'a witness that answered ARP and not IP',
    silent({ witnesses: [{ ...witness, answered: 'no' }] }),
    'peer-isolated',
  ],
  ['a packet filter of ours names it', address({ ownFilter: 'names-it' }), 'own-filter'],
  ['our table is full', address({ ownFilter: 'table-full' }), 'own-filter'],
  ['a way that is not known', address({ way: 'not-known' }), 'silence-not-proven'],
  ['ARP of a routed address', address({ way: 'routed' }), 'silence-not-proven'],
  ['no ARP on a link of ours', address({ neighbour: 'off-link' }), 'silence-not-proven'],
  ['a silence that was too short', silent({ lastedMs: 14_999 }), 'silence-too-short'],
  ['never met', silent({ everMet: { by: 'never' }, rules: strict }), 'never-met'],
  [
    'nobody knows whether it was met',
    silent({ everMet: { by: 'not-known' }, rules: strict }),
    'never-met',
  ],
  ['a task in D cannot be killed', reported({ qemus: [livingQemu('D')] }), 'unkillable'],
  ['a task that is still exiting', reported({ qemus: [livingQemu('R')] }), 'not-gone-in-time'],
  [
    'one of two qemu of the VM lives on',
    reported({ qemus: [killedQemu, livingQemu('S')] }),
    'not-gone-in-time',
  ],
  [
    'no permission to kill it',
    reported({ qemus: [{ ...livingQemu(), kill: 'denied' }] }),
    'kill-denied',
  ],
  [
    'a qemu that was not there before the kill',
    reported({ qemus: [killedQemu, { ...livingQemu(), seen: 'after-kill', kill: 'not-sent' }] }),
    'respawned',
  ],
  [
    'a qemu that was not there before the kill, and is gone by now',
    reported({ qemus: [killedQemu, { ...killedQemu, pid: 99, seen: 'after-kill' }] }),
    'respawned',
  ],
  ['the scan counts a newcomer that no line shows', scan({ newcomers: 1 }), 'respawned'],
  ['the scan counts a living group that no line shows', scan({ living: 1 }), 'not-gone-in-time'],
  ['a dying qemu that nobody can name', scan({ unattributable: 1 }), 'unattributable-qemu'],
  ['a process that bears the uuid and is no qemu', scan({ ambiguous: 1 }), 'ambiguous-process'],
  ...(['no-answer', 'missing', 'failed', 'left-out', 'running'] as const).map((virsh): Row => [
    `nothing is found where libvirt says ${virsh}: it may be starting the VM`,
    reported({ qemus: [], virsh }),
    'start-not-excluded',
  ]),
  ...(['running', 'missing'] as const).map((virsh): Row => [
    `nothing is found where libvirt says ${virsh}, whatever the quarantine`,
    reported({ qemus: [], virsh, quarantine: { state: 'proven', policy: 'required' } }),
    'start-not-excluded',
  ]),
  ...words.quarantine
    .filter((state) => state !== 'proven')
    .flatMap((state): Row[] => [
      [
        `nothing is found, libvirt hangs, and the quarantine is ${state}`,
        reported({ qemus: [], virsh: 'no-answer', quarantine: { state, policy: 'optional' } }),
        'start-not-excluded',
      ],
      [
        `a quarantine has to be proven, and is ${state}`,
        reported({ quarantine: { state, policy: 'required' } }),
        'quarantine-not-proven',
      ],
    ]),
  [
    'a zombie that we did not kill says nothing of a start',
    reported({ qemus: [{ ...killedQemu, kill: 'already-gone' }], virsh: 'no-answer' }),
    'start-not-excluded',
  ],
  ['a process that could not be read', scan({ unreadable: 1 }), 'scan-incomplete'],
  ['the time ran out before it was sure to stay gone', scan({ hold: 'cut' }), 'hold-not-kept'],
  ['a scan that saw no process at all', scan({ processes: 0 }), 'scan-incomplete'],
  ['a count that is no number', scan({ living: Number.NaN }), 'not-gone-in-time'],
  [
    'hidden processes',
    reported({ qemus: [], view: { ...cleanReport.view, processes: 'hidden' } }),
    'processes-hidden',
  ],
  [
    'a pid namespace that is not the host’s',
    reported({ qemus: [], view: { ...cleanReport.view, pidNamespace: 'foreign' } }),
    'pid-namespace',
  ],
  [
    'another host than the one named',
    reported({ host: { ...cleanReport.host, is: 'contradicted' } }),
    'wrong-host',
  ],
  ['this very host', reported({ host: { ...cleanReport.host, is: 'own-host' } }), 'own-host'],
  [
    'io_uring was used and a device still has writes in flight',
    reported({ io: io('seen', 'no') }),
    'io-in-flight',
  ],
  [
    'io_uring was used and the devices are busy: its write may be among them',
    reported({ io: io('seen', 'moving') }),
    'io-in-flight',
  ],
  [
    'io_uring was used where no device can be seen',
    reported({ io: io('seen', 'not-visible') }),
    'io-in-flight',
  ],
  [
    'the kernel still takes down an io_uring that may be the qemu’s',
    reported({ io: io('seen', 'ending') }),
    'io-in-flight',
  ],
  [
    'a flush that did not end in time',
    storage({ policy: 'flush', pageCache: 'not-flushed' }),
    'page-cache-dirty',
  ],
  [
    'a page cache that nobody flushed, though flushing was asked for',
    storage({ policy: 'flush', pageCache: 'may-hold-dirty' }),
    'page-cache-dirty',
  ],
  [
    'a page cache that may hold something, where that refuses',
    storage({ policy: 'refuse', pageCache: 'may-hold-dirty' }),
    'page-cache-dirty',
  ],
  [
    'a page cache that nobody could look into, where that refuses',
    storage({ policy: 'refuse', pageCache: 'not-known' }),
    'page-cache-dirty',
  ],
  [
    'a flush, where any dirty page refuses',
    storage({ policy: 'refuse', pageCache: 'flushed' }),
    'page-cache-dirty',
  ],
  ['a helper that may still write', helped('pending'), 'helper-not-settled'],
  ['a helper that is named and was not found', helped('not-known'), 'helper-not-settled'],
  ['a qemu of which nobody looked for a helper', helped('not-looked'), 'helper-not-settled'],
  [
    'a disk in the arguments that nothing open shows, whatever the operator lets pass',
    storage({ kind: 'hidden' }),
    'disk-not-seen',
  ],
  [
    'a page cache that nobody looked at, where that refuses',
    reported({
      qemus: [],
      storage: { ...cleanReport.storage, pageCache: 'not-looked', policy: 'refuse' },
    }),
    'page-cache-dirty',
  ],
  [
    'a page cache of a qemu that was there, and nobody looked at or flushed',
    storage({ pageCache: 'not-looked', policy: 'flush' }),
    'page-cache-dirty',
  ],
  [
    'a socket that no table of the kernel shows',
    reported({ io: io('none', 'not-needed', 'not-known') }),
    'io-in-flight',
  ],
  [
    'the connections of a qemu that was there, and nobody looked at',
    reported({ io: io('none', 'not-needed', 'not-looked') }),
    'io-in-flight',
  ],
  [
    'a qemu that was there and of which nobody knows whether it used io_uring, on a busy host',
    reported({ io: io('not-known', 'moving') }),
    'io-in-flight',
  ],
  [
    'its TCP connections still hold data to send',
    reported({ io: io('none', 'not-needed', 'waiting') }),
    'io-in-flight',
  ],
  [
    'a hung device, and nobody knows what the VM had used',
    reported({ qemus: [], io: io('not-known', 'no') }),
    'io-in-flight',
  ],
  ['SYN-ACK or RST', address({ tcp: 'answered' }), 'suspect-answered'],
  ['an echo reply', address({ echo: 'replied' }), 'suspect-answered'],
  ['a fresh ARP answer', address({ neighbour: 'answered' }), 'suspect-answered'],
  ['an ICMP error on TCP', address({ tcp: 'icmp-error' }), 'icmp-error'],
  ['an ICMP error on the ping', address({ echo: 'icmp-error' }), 'icmp-error'],
  ['no route of our own', address({ tcp: 'own-trouble' }), 'own-network-trouble'],
  ['no ping of our own', address({ echo: 'own-trouble' }), 'own-network-trouble'],
  ['no neighbour table of our own', address({ neighbour: 'own-trouble' }), 'own-network-trouble'],
  ['no connect was tried', address({ tcp: 'not-run' }), 'silence-not-proven'],
  ['no ping was tried', address({ echo: 'not-run' }), 'silence-not-proven'],
  ['the neighbour table was not asked', address({ neighbour: 'not-run' }), 'silence-not-proven'],
  [
    'host unreachable, and the neighbour table does not say the same',
    address({ tcp: 'no-neighbour', neighbour: 'off-link' }),
    'silence-not-proven',
  ],
  ['no address was looked at', silent({ addresses: [] }), 'silence-not-proven'],
  [
    'one of two addresses answers',
    silent({ addresses: [silentAddress, { ...silentAddress, echo: 'replied' }] }),
    'suspect-answered',
  ],
  ['no witness at all', silent({ witnesses: [] }), 'peer-isolated'],
  [
    'a witness that does not answer',
    silent({ witnesses: [{ ...witness, answered: 'no' }] }),
    'peer-isolated',
  ],
  [
    'the suspect as its own witness',
    silent({ witnesses: [{ ...witness, address: silentAddress.address }] }),
    'peer-isolated',
  ],
  [
    'a witness that vouches for the way to nobody',
    silent({ witnesses: [{ ...witness, vouchesFor: [] }] }),
    'peer-isolated',
  ],
  [
    'a witness that vouches for the way to another address only',
    silent({ witnesses: [{ ...witness, vouchesFor: [elsewhere.address] }] }),
    'peer-isolated',
  ],
  [
    'two addresses, and the way to one of them is not vouched for',
    silent({ addresses: [silentAddress, elsewhere] }),
    'peer-isolated',
  ],
  [
    'two addresses, and the witness for one of them is silent',
    silent({
      addresses: [silentAddress, elsewhere],
      witnesses: [witness, { ...witness, vouchesFor: [elsewhere.address], answered: 'no' }],
    }),
    'peer-isolated',
  ],
  [
    'two addresses, each the witness for the other',
    silent({
      addresses: [silentAddress, elsewhere],
      witnesses: [
        { ...witness, address: silentAddress.address, vouchesFor: [elsewhere.address] },
        { ...witness, address: elsewhere.address, vouchesFor: [silentAddress.address] },
      ],
    }),
    'peer-isolated',
  ],
  ['it answered once in this fence', silent({ contactBefore: true }), 'contact-lost'],
  [
    'a refusal keeps its own word',
    { kind: 'refusal', because: 'banner-stalled' },
    'banner-stalled',
  ],
  [
    'our own trouble keeps its own word',
    { kind: 'own-trouble', because: 'journal-failed' },
    'journal-failed',
  ],
  ['no time was left', { kind: 'out-of-time' }, 'deadline-passed'],
]

test('what is proven', async (t) => {
  for (const [sentence, evidence, because] of proofs) {
    const kind = evidence.kind === 'report' ? 'confirmed-dead' : 'unreachable'
    t.same(decide(evidence), { kind, because }, sentence)
  }
})

test('what is a doubt', async (t) => {
  for (const [sentence, evidence, because] of refusals) {
    t.same(decide(evidence), { kind: 'still-alive', because }, sentence)
  }
})

test('a death that a neighbour proved is one of the host that was named, and of no other', async (t) => {
  const rows = [
    ['as-named', true, 'destroyed'],
    ['as-bound', true, 'destroyed'],
    ['by-key', false, 'destroyed'],
    // A key says nothing of a uuid, and a uuid that nobody sent was not compared.
    ['by-key', true, 'host-not-confirmed'],
    ['as-named', false, 'host-not-confirmed'],
    ['as-bound', false, 'host-not-confirmed'],
    ['unconfirmed', true, 'host-not-confirmed'],
    ['unconfirmed', false, 'host-not-confirmed'],
    ['not-shown', true, 'host-not-confirmed'],
    ['not-shown', false, 'host-not-confirmed'],
    ['contradicted', true, 'wrong-host'],
    ['contradicted', false, 'wrong-host'],
    ['own-host', true, 'own-host'],
    ['own-host', false, 'own-host'],
  ] as const
  for (const [host, isUuidSent, because] of rows) {
    const kind = because === 'destroyed' ? 'confirmed-dead' : 'still-alive'
    const verdict = decide(passedOn({ host, isUuidSent }))
    t.same(verdict, { kind, because }, `${host}, uuid sent: ${isUuidSent}`)
  }
  for (const because of ['already-gone', 'zombie-only'] as const) {
    t.same(decide(passedOn({ because })), { kind: 'confirmed-dead', because })
  }
})

test('what a neighbour heard forbids to call the host silent, however good the silence is', async (t) => {
  for (const heardBy of [['a'], ['a', 'b']]) {
    const verdict = decide(silent({ heardBy }))
    t.same(verdict, { kind: 'still-alive', because: 'heard-by-neighbour' })
  }
})
