import { join } from 'node:path'
import { test } from 'tap'
import type { HostIs, VmReport } from '../../agent/domain/evidence.ts'
import { createConfirmedHosts } from '../../agent/suspect/confirmed-hosts.ts'
import { openHostContact } from '../../agent/suspect/host-contact.ts'
import type { HostPin } from '../../agent/suspect/program/program.ts'
import type { ProgramAction } from '../../agent/suspect/report/protocol.ts'
import { cleanReport, killedQemu, livingQemu } from '../fixtures/values/evidence.ts'
import { generateKey } from '../fixtures/servers/suspect-host.ts'

const { publicKey: key } = generateKey()
const uuid = '11111111-2222-4333-8444-55555555A001'
const plain = '1111111122224333844455555555a001'
const hosts = ['10.0.0.1']

const reportThat = (is: HostIs, more: Partial<VmReport> = {}): VmReport => ({
  ...cleanReport,
  host: { ...cleanReport.host, is, hostUuids: [plain] },
  ...more,
})

const pins: readonly (readonly [
  string,
  boolean,
  readonly string[] | undefined,
  string,
  HostPin,
])[] = [
  ['a first contact alone', false, undefined, '', 'unconfirmed'],
  ['a first contact alone, with a uuid', false, undefined, uuid, 'unconfirmed'],
  ['a person', true, undefined, '', 'confirmed'],
  ['a person, with a uuid that nobody has shown', true, undefined, uuid, 'confirmed'],
  ['a confirmed contact', false, [], '', 'confirmed'],
  ['a confirmed contact with a host of another uuid', false, ['aa'], uuid, 'confirmed'],
  ['a confirmed contact with a host of this uuid', false, ['aa', plain], uuid, 'bound'],
  ['a confirmed contact, and no uuid to be bound', false, [''], '', 'confirmed'],
]

for (const [what, isByPerson, uuids, hostUuid, pin] of pins) {
  test(`a key that is known by ${what} is ${pin}`, async (t) => {
    const confirmed = createConfirmedHosts(join(t.testdir({}), 'known_hosts'))
    if (uuids !== undefined) await confirmed.remember(hosts, key, uuids)
    const gate = { hosts, isByPerson: () => isByPerson }
    const contact = await openHostContact(gate, key, hostUuid, confirmed)
    t.match(contact, { hostUuid, pin })
  })
}

const reports: readonly (readonly [string, ProgramAction, VmReport, boolean])[] = [
  ['a fence of a host that shows the uuid', 'fence', reportThat('as-named'), true],
  ['a look at a host that shows the uuid', 'look', reportThat('as-named'), true],
  ['a fence of a host that a person made known', 'fence', reportThat('by-key'), true],
  ['a fence by what is remembered already', 'fence', reportThat('as-bound'), false],
  ['a fence after a first contact', 'fence', reportThat('unconfirmed'), false],
  ['a look after a first contact', 'look', reportThat('unconfirmed'), false],
  ['a fence that was not of this host', 'fence', reportThat('not-shown'), false],
  ['a fence of another host', 'fence', reportThat('contradicted'), false],
  ['a drill after a first contact', 'drill', reportThat('unconfirmed'), true],
  ['a drill that met no canary', 'drill', reportThat('unconfirmed', { qemus: [] }), false],
  [
    'a drill whose canary was there already',
    'drill',
    reportThat('unconfirmed', { qemus: [{ ...killedQemu, kill: 'already-gone' }] }),
    false,
  ],
  [
    'a drill whose canary lives',
    'drill',
    reportThat('unconfirmed', { qemus: [livingQemu()] }),
    false,
  ],
  ['a drill of this very host', 'drill', reportThat('own-host'), false],
]

for (const [what, action, report, isRemembered] of reports) {
  test(`${what} ${isRemembered ? 'confirms' : 'does not confirm'} the host`, async (t) => {
    const confirmed = createConfirmedHosts(join(t.testdir({}), 'known_hosts'))
    const gate = { hosts, isByPerson: () => false }
    const contact = await openHostContact(gate, key, '', confirmed)
    // However often it is met.
    for (let times = 0; times < 2; times += 1) await contact.onReport(action, report)
    t.same(await confirmed.of(hosts, key), isRemembered ? [plain] : undefined)
  })
}
