// runs in a process of its own: it computes for most of a minute
/**
 * All small evidence, against a slow and obvious twin of the rule: one sentence per proof, written
 * without looking at how `decide` asks. And random evidence of any size, for what must never be.
 */
import * as fc from 'fast-check'
import { test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import type { Evidence, QemuSeen, VmReport, HostIs } from '../../agent/domain/evidence.ts'
import type {
  AddressSilence,
  SilenceEvidence,
  WitnessSeen,
} from '../../agent/domain/silence-evidence.ts'
import { doubts, mayProceed } from '../../agent/domain/verdict.ts'
import { words } from '../../agent/suspect/report/report-line.ts'
import {
  cleanReport,
  killedQemu,
  livingQemu,
  routedAddress,
  silentAddress,
  someWitness,
} from '../fixtures/values/evidence.ts'

const rightHosts = ['as-named', 'as-bound', 'by-key', 'unconfirmed']

const deadByTheBook = (report: VmReport): boolean => {
  const { host, view, supervisor, qemus, finalScan, io, storage, helpers, virsh } = report
  const inQuarantine = report.quarantine.state === 'proven'
  // Nobody could look at what a VM had that was gone before.
  const unseen = (word: string): string[] => (qemus.length === 0 ? [word] : [])
  const nothingLeft =
    finalScan.living + finalScan.newcomers + finalScan.unattributable === 0 &&
    finalScan.ambiguous + finalScan.unreadable === 0 &&
    finalScan.hold === 'kept' &&
    qemus.filter((qemu) => qemu.end.kind === 'living').length === 0 &&
    qemus.filter((qemu) => qemu.seen === 'after-kill').length === 0
  const sawEverything =
    view.processes === 'all' && view.pidNamespace !== 'foreign' && finalScan.processes >= 1
  const io0 = io.uring === 'none' ? ['not-needed', 'yes'] : ['yes']
  const isKnown = qemus.some((qemu) => qemu.seen === 'before-kill')
  const harmless = ['no', 'pod', 'outlasted', ...(isKnown ? [] : ['none-seen'])]
  const atRest = io.uring === 'not-looked' ? [...io0, ...unseen('moving')] : io0
  const asTheOperatorWants = [
    ...words.pageCache.map((pageCache) => `report ${pageCache}`),
    'flush none',
    'flush flushed',
    ...unseen('flush not-looked'),
    'refuse none',
  ]
  const ran = qemus.filter((qemu) => qemu.kill === 'sent').length > 0
  const startsNothing = [
    'no-such-vm',
    'not-running',
    'destroyed',
    'no-daemon',
    // It has answered about the VM since, and whatever it starts fails.
    ...(inQuarantine ? ['no-answer', 'failed', 'left-out'] : []),
  ].includes(virsh)
  return (
    rightHosts.includes(host.is) &&
    (ran || startsNothing) &&
    (inQuarantine || report.quarantine.policy !== 'required') &&
    sawEverything &&
    harmless.includes(supervisor.is) &&
    nothingLeft &&
    asTheOperatorWants.includes(`${storage.policy} ${storage.pageCache}`) &&
    atRest.includes(io.drained) &&
    ['none', 'sent', ...unseen('not-looked')].includes(io.sockets) &&
    storage.kind !== 'hidden' &&
    (helpers.policy === 'report' ||
      ['none', 'settled', ...unseen('not-looked')].includes(helpers.state))
  )
}

const silentByTheBook = (silence: SilenceEvidence): boolean => {
  const { addresses, witnesses, contactBefore, lastedMs, rules, everMet } = silence
  const quiet = (one: AddressSilence): boolean => {
    const row = `${one.way} ${one.tcp} ${one.echo} ${one.neighbour}`
    const rows = ['arp', 'nd'].flatMap((way) => [
      `${way} silent silent unresolved`,
      `${way} silent no-neighbour unresolved`,
      `${way} no-neighbour silent unresolved`,
      `${way} no-neighbour no-neighbour unresolved`,
    ])
    return [...rows, 'routed silent silent off-link'].includes(row) && !('ownFilter' in one)
  }
  const suspect = addresses.map((one) => one.address)
  const hasFriend = (one: AddressSilence): boolean =>
    witnesses.filter((friend) => {
      const isStranger = !suspect.includes(friend.address)
      const isOnTheWay = friend.vouchesFor.includes(one.address)
      const said = `${friend.answered} ${friend.neighbour}`
      const byTwoMeans = `${friend.answered} ${friend.by ?? ''} ${friend.port}`
      const isGood =
        one.way === 'arp'
          ? said === 'yes answered'
          : byTwoMeans === 'yes echo answered' && friend.besides.includes(one.address)
      return isStranger && isOnTheWay && isGood
    }).length > 0
  const isWanted = (one: AddressSilence): boolean => one.way === 'arp' || rules.routed === 'accept'
  const isProven = (one: AddressSilence): boolean => quiet(one) && hasFriend(one) && isWanted(one)
  const isMet = rules.neverMet === 'accept' || !['never', 'not-known'].includes(everMet.by)
  const isLong = !(lastedMs < rules.needsMs)
  return !contactBefore && isMet && isLong && addresses.length > 0 && addresses.every(isProven)
}

const product = <T extends object>(choices: { readonly [K in keyof T]: readonly T[K][] }): T[] => {
  let rows: Partial<T>[] = [{}]
  for (const key of Object.keys(choices) as (keyof T)[]) {
    rows = rows.flatMap((row) => choices[key].map((value) => ({ ...row, [key]: value })))
  }
  return rows as T[]
}

const qemuChoices = product<QemuSeen>({
  pid: [84],
  startTicks: [1],
  by: ['argv-uuid'],
  seen: words.seen,
  kill: words.kill,
  end: [killedQemu.end, { kind: 'zombie', afterMs: 1 }, livingQemu('D').end, livingQemu('S').end],
})

const bit = [0, 1] as const
const scans = product<VmReport['finalScan']>({
  processes: bit,
  living: bit,
  newcomers: bit,
  unattributable: bit,
  ambiguous: bit,
  unreadable: bit,
  hold: words.hold,
})

const hostThatIs = (is: HostIs) => ({ ...cleanReport.host, is })

const reports = (qemus: readonly (readonly QemuSeen[])[]): VmReport[] =>
  product<VmReport>({
    vm: [cleanReport.vm],
    // One of each fate; the table of hosts below has every word.
    host: (['as-named', 'not-shown', 'own-host'] as const).map(hostThatIs),
    view: product<VmReport['view']>({
      processes: words.processes,
      pidNamespace: words.pidNamespace,
      privilege: ['root'],
    }),
    qemus,
    finalScan: qemus.length > 100 ? [cleanReport.finalScan] : scans,
    doubtful: [[]],
    supervisor: [cleanReport.supervisor],
    io: product<VmReport['io']>({
      // Millions of rows are enough; the table of storages below has every word.
      uring: ['none', 'seen', 'not-looked'],
      drained: ['not-needed', 'yes', 'moving', 'no', 'not-visible'],
      devices: ['all'],
      sockets: ['none', 'waiting', 'not-looked'],
    }),
    storage: [cleanReport.storage],
    helpers: [cleanReport.helpers],
    virsh: ['destroyed'],
    quarantine: [cleanReport.quarantine],
    pgrep: ['agreed'],
  })

const disagreements = (all: readonly VmReport[]): VmReport[] =>
  all.filter((report) => {
    const verdict = decide({ kind: 'report', report })
    return (
      (verdict.kind === 'confirmed-dead') !== deadByTheBook(report) ||
      verdict.kind === 'unreachable'
    )
  })

test('every small report', async (t) => {
  const small = reports([[], ...qemuChoices.map((qemu) => [qemu])])
  const pairs = reports(qemuChoices.flatMap((one) => qemuChoices.map((other) => [one, other])))
  t.ok(small.length > 100_000 && pairs.length > 100_000, 'the enumeration is not empty')
  t.ok(small.some(deadByTheBook) && pairs.some(deadByTheBook), 'and holds proofs')
  t.same(disagreements(small), [], `no or one qemu: ${small.length} reports`)
  t.same(disagreements(pairs), [], `two qemu: ${pairs.length} reports`)
})

test('every word about the host', async (t) => {
  const hosts = words.hostIs.map((is) => ({ ...cleanReport, host: hostThatIs(is) }))
  t.equal(hosts.filter(deadByTheBook).length, rightHosts.length)
  t.same(disagreements(hosts), [])
})

test('every word about a supervisor', async (t) => {
  const all = words.supervisor.flatMap((is) =>
    [[], [killedQemu]].map((qemus) => ({
      ...cleanReport,
      supervisor: { is, restartMs: 1 },
      qemus,
    })),
  )
  t.equal(all.filter(deadByTheBook).length, 7)
  t.same(disagreements(all), [])
})

test('every small storage', async (t) => {
  const storages = product<VmReport['storage']>({
    kind: ['local', 'not-known', 'hidden'],
    fileSystems: [['nfs4']],
    pageCache: words.pageCache,
    policy: words.pageCachePolicy,
  })
  const all = product<VmReport>({
    vm: [cleanReport.vm],
    host: [cleanReport.host],
    view: [cleanReport.view],
    finalScan: [cleanReport.finalScan],
    doubtful: [[]],
    supervisor: [cleanReport.supervisor, { is: 'none-seen', restartMs: 0 }],
    virsh: ['destroyed'],
    quarantine: [cleanReport.quarantine],
    pgrep: ['agreed'],
    qemus: [[], [killedQemu], [livingQemu('D')]],
    io: product<VmReport['io']>({
      uring: words.uring,
      drained: words.drained,
      devices: ['all'],
      sockets: words.sockets,
    }),
    storage: storages,
    helpers: [cleanReport.helpers],
  })
  t.ok(all.some(deadByTheBook))
  t.same(disagreements(all), [], `${all.length} reports`)
  const helped = product<VmReport['helpers']>({ state: words.helpers, policy: words.helpersPolicy })
  const some = all.filter((_one, index) => index % 97 === 0)
  const withHelpers = some.flatMap((one) => helped.map((helpers) => ({ ...one, helpers })))
  t.same(disagreements(withHelpers), [], `${withHelpers.length} reports with helpers`)
})

test('every word of libvirt', async (t) => {
  const all = product<VmReport>({
    vm: [cleanReport.vm],
    host: [cleanReport.host],
    view: [cleanReport.view],
    finalScan: [cleanReport.finalScan],
    doubtful: [[]],
    virsh: words.virsh,
    quarantine: product<VmReport['quarantine']>({
      state: words.quarantine,
      policy: words.quarantinePolicy,
    }),
    pgrep: ['agreed'],
    qemus: [
      [],
      ...qemuChoices.map((qemu) => [qemu]),
      ...qemuChoices.flatMap((one) => qemuChoices.map((other) => [one, other])),
    ],
    io: [cleanReport.io, { ...cleanReport.io, sockets: 'waiting' }],
    storage: [cleanReport.storage],
    helpers: [cleanReport.helpers],
    supervisor: [cleanReport.supervisor],
  })
  t.ok(all.some(deadByTheBook))
  t.same(disagreements(all), [], `${all.length} reports`)
})

const addressChoices = product<AddressSilence>({
  address: [silentAddress.address],
  way: ['arp', 'nd', 'routed', 'not-known'],
  tcp: ['silent', 'answered', 'no-neighbour', 'icmp-error', 'own-trouble', 'not-run'],
  echo: ['silent', 'replied', 'no-neighbour', 'icmp-error', 'own-trouble', 'not-run'],
  neighbour: ['unresolved', 'answered', 'off-link', 'own-trouble', 'not-run'],
})

/** Every witness that says something of its own, for one address of the suspect. */
const witnessChoices = product<WitnessSeen>({
  address: [someWitness.address, silentAddress.address],
  answered: ['yes', 'no', 'not-run'],
  by: ['echo', 'tcp', 'port'],
  neighbour: ['answered', 'no', 'off-link', 'not-run'],
  port: ['answered', 'no', 'not-named', 'not-run'],
  vouchesFor: [[silentAddress.address], []],
  besides: [[silentAddress.address], []],
})

const ruleChoices = product<SilenceEvidence['rules']>({
  needsMs: [15_000],
  routed: ['refuse', 'accept'],
  neverMet: ['accept', 'refuse'],
})

const wrongSilences = (all: readonly SilenceEvidence[]): SilenceEvidence[] =>
  all.filter((silence) => {
    const verdict = decide({ kind: 'silence', silence })
    return (
      (verdict.kind === 'unreachable') !== silentByTheBook(silence) ||
      verdict.kind === 'confirmed-dead'
    )
  })

const rest: { readonly [K in 'lastedMs' | 'rules' | 'everMet']: readonly SilenceEvidence[K][] } = {
  lastedMs: [15_000],
  rules: ruleChoices,
  everMet: [{ by: 'pinned-key', at: '' }],
}
const bothTimes = [true, false]

test('every small silence', async (t) => {
  const here = silentAddress.address
  const there = '198.51.100.7'
  const good = { ...someWitness, port: 'answered' } as const
  const both = { ...good, vouchesFor: [here, there], besides: [here, there] }
  const ways = [silentAddress, routedAddress]
  const all = product<SilenceEvidence>({
    ...rest,
    addresses: [
      [],
      ...addressChoices.map((choice) => [choice]),
      ...addressChoices.map((choice) => [{ ...choice, ownFilter: 'names-it' } as const]),
      ...ways.flatMap((way) =>
        addressChoices.map((choice) => [way, { ...choice, address: there }]),
      ),
    ],
    witnesses: [[], [good], [both], [{ ...both, address: here }], [{ ...both, port: 'no' }]],
    contactBefore: bothTimes,
  })
  t.ok(all.some(silentByTheBook))
  t.same(wrongSilences(all), [], `${all.length} silences`)
})

test('every small witness, and every two of them', async (t) => {
  const few = witnessChoices.filter(
    ({ address, answered, port, neighbour }) =>
      address === someWitness.address &&
      answered === 'yes' &&
      ['answered', 'no'].includes(port) &&
      ['answered', 'no'].includes(neighbour),
  )
  const all = product<SilenceEvidence>({
    ...rest,
    addresses: [
      [silentAddress],
      [routedAddress],
      [{ ...silentAddress, way: 'nd' }],
      [silentAddress, { ...routedAddress, address: silentAddress.address }],
    ],
    witnesses: [
      ...witnessChoices.map((choice) => [choice]),
      ...few.flatMap((one) => few.filter(({ by }) => by !== one.by).map((two) => [one, two])),
    ],
    rules: ruleChoices.filter(({ neverMet }) => neverMet === 'accept'),
    contactBefore: [false],
  })
  t.ok(all.some(silentByTheBook))
  t.same(wrongSilences(all), [], `${all.length} silences`)
})

test('every length and every acquaintance', async (t) => {
  const all = product<SilenceEvidence>({
    addresses: [[silentAddress], [routedAddress]],
    witnesses: [[{ ...someWitness, port: 'answered' }]],
    contactBefore: bothTimes,
    lastedMs: [0, 14_999, 15_000, 90_000, Number.NaN],
    rules: ruleChoices,
    everMet: [
      ...(['login', 'drill', 'pinned-key'] as const).map((by) => ({ by, at: '' })),
      { by: 'never' },
      { by: 'not-known' },
    ],
  })
  t.ok(all.some(silentByTheBook))
  const wrong = wrongSilences(all.filter(({ lastedMs }) => !Number.isNaN(lastedMs)))
  t.same(wrong, [], `${all.length} silences`)
  const broken = all.filter(({ lastedMs }) => Number.isNaN(lastedMs))
  t.notOk(broken.some((silence) => mayProceed(decide({ kind: 'silence', silence }))))
})

test('a doubt that an edge names never becomes a proof', async (t) => {
  for (const because of doubts) {
    for (const kind of ['refusal', 'own-trouble'] as const) {
      t.same(decide({ kind, because }), { kind: 'still-alive', because }, `${kind} ${because}`)
    }
  }
  t.notOk(mayProceed(decide({ kind: 'out-of-time' })))
})

test('random evidence', async (t) => {
  const count = fc.nat({ max: 3 })
  const qemu = fc.constantFrom(...qemuChoices)
  const report: fc.Arbitrary<VmReport> = fc.record({
    vm: fc.constant(cleanReport.vm),
    host: fc.constantFrom(...words.hostIs).map((is) => ({ ...cleanReport.host, is })),
    view: fc.record({
      processes: fc.constantFrom(...words.processes),
      pidNamespace: fc.constantFrom(...words.pidNamespace),
      privilege: fc.constantFrom(...words.privilege),
    }),
    qemus: fc.array(qemu, { maxLength: 12 }),
    supervisor: fc.record({ is: fc.constantFrom(...words.supervisor), restartMs: count }),
    finalScan: fc.record({
      processes: count,
      living: count,
      newcomers: count,
      unattributable: count,
      ambiguous: count,
      unreadable: count,
      hold: fc.constantFrom(...words.hold),
    }),
    doubtful: fc.constant([]),
    io: fc.record({
      uring: fc.constantFrom(...words.uring),
      drained: fc.constantFrom(...words.drained),
      devices: fc.constantFrom(...words.devices),
      sockets: fc.constantFrom(...words.sockets),
    }),
    storage: fc.record({
      kind: fc.constantFrom(...words.storage),
      fileSystems: fc.subarray([...words.fileSystem]),
      pageCache: fc.constantFrom(...words.pageCache),
      policy: fc.constantFrom(...words.pageCachePolicy),
    }),
    helpers: fc.record({
      state: fc.constantFrom(...words.helpers),
      policy: fc.constantFrom(...words.helpersPolicy),
    }),
    virsh: fc.constantFrom(...words.virsh),
    quarantine: fc.record({
      state: fc.constantFrom(...words.quarantine),
      policy: fc.constantFrom(...words.quarantinePolicy),
    }),
    pgrep: fc.constantFrom(...words.pgrep),
  })
  fc.assert(
    fc.property(report, (one) => {
      const evidence: Evidence = { kind: 'report', report: one }
      return (decide(evidence).kind === 'confirmed-dead') === deadByTheBook(one)
    }),
    { numRuns: 5000 },
  )
  fc.assert(
    fc.property(report, qemu, (one, extra) => {
      // One more living qemu never turns a refusal into a proof.
      const worse = { ...one, qemus: [...one.qemus, { ...extra, end: livingQemu('D').end }] }
      return !mayProceed(decide({ kind: 'report', report: worse }))
    }),
    { numRuns: 2000 },
  )
  t.pass('properties hold')
})

test('libvirt’s and pgrep’s words alone change nothing', async (t) => {
  for (const virsh of words.virsh) {
    for (const pgrep of words.pgrep) {
      const dead = decide({ kind: 'report', report: { ...cleanReport, virsh, pgrep } })
      const alive = decide({
        kind: 'report',
        report: { ...cleanReport, qemus: [livingQemu()], virsh, pgrep },
      })
      t.equal(`${dead.kind} ${alive.kind}`, 'confirmed-dead still-alive', `${virsh} ${pgrep}`)
    }
  }
})
