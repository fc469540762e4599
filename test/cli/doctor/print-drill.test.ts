import { test } from 'tap'
import { drillLines } from '../../../agent/cli/doctor/print-drill.ts'
import { plainRejection } from '../../../agent/contract/reply/rejection.ts'
import { drillReport } from '../../../agent/contract/reply/drill-report.ts'
import { parseHostAddress } from '../../../agent/base/net/host-address.ts'
import {
  drilledHost,
  drillSeen,
  inspected,
  lookOf,
  refusedLook,
} from '../../fixtures/values/drills.ts'
import type { DrilledHost } from '../../../agent/inspect/drill.ts'

const at = '2026-11-25T08:00:00.000Z'
const plain = (text: string): string => text
const named = (one: DrilledHost, host: string, port = 22): DrilledHost => {
  const address = parseHostAddress(host)
  if (address === undefined) throw new Error(host)
  return { ...one, suspect: { ...one.suspect, addresses: [address], port } }
}

test('one line per host, and one for all', async (t) => {
  const { suspect } = named(drilledHost(), '10.0.0.1')
  const report = drillReport(
    [
      named(drilledHost(inspected(), drillSeen()), '10.0.0.7'),
      named(
        drilledHost(lookOf({ virsh: 'no-answer' }, { skewSec: -9 }), drillSeen()),
        'kvm-8',
        2222,
      ),
      named(drilledHost(refusedLook('host-key-changed')), 'fd77::9', 2222),
      { suspect, refusal: plainRejection('FENCE_TARGET_IS_OWN_HOST') },
    ],
    true,
    at,
  )
  const lines = drillLines(report, plain)
  t.equal(lines.length, 5)
  const seen =
    'canary dead after 10 ms, bash 5.2, pgrep 4.0.2, MaxSessions 10, MaxStartups 10:30:100'
  t.equal(lines[0], `10.0.0.7        ok      ${seen}, virsh no-such-vm, clock +0 s, 61 ms`)
  t.match(
    lines[1],
    /^kvm-8:2222 +ok .*clock -9 s, 61 ms; but libvirt-no-answer: .*; but clock-skew: /,
  )
  t.match(lines[2], /^\[fd77::9\]:2222 +FAILED +host-key-changed \(at run\): .*trust HOST/)
  t.match(lines[3], /^10\.0\.0\.1 +itself +left out: /)
  t.equal(lines[4], 'could fence 2 of 3 hosts')
})

test('without a drill that is said, and nothing is green that is not all', async (t) => {
  const paint = (text: string, colour: string): string => `<${colour}>${text}`
  const silent = {
    ...refusedLook('name-not-resolved'),
    trail: { address: '', phases: [], detail: '' },
  }
  const lines = drillLines(drillReport([drilledHost(), drilledHost(silent)], false, at), paint)
  t.match(lines[0], /<green>ok/)
  t.match(lines[1], /<red>FAILED  name-not-resolved: /)
  t.match(lines[2], /<dim>nothing was killed/)
  t.equal(lines[3], '<red>could fence 1 of 2 hosts')
  t.equal(
    drillLines(drillReport([drilledHost()], true, at), paint).at(-1),
    '<green>could fence 1 of 1 hosts',
  )
  t.equal(drillLines(drillReport([], true, at), paint).at(-1), '<red>could fence 0 of 0 hosts')
  const flawed = drillReport([drilledHost(lookOf({ pgrep: 'missing' }))], true, at)
  t.match(drillLines(flawed, paint)[0], /<yellow>ok/)
})

test('what a host did not tell is left out', async (t) => {
  const mute = lookOf({}, { tools: undefined, skewSec: undefined })
  const report = drillReport([drilledHost(mute, drillSeen())], true, at)
  const [line] = drillLines(report, plain)
  t.match(line, /ok      canary dead after 10 ms, virsh no-such-vm, 61 ms; but tools-not-told: /)
  const { virsh: _virsh, ...rest } = Object(report.hosts[0]) as NonNullable<
    (typeof report.hosts)[0]
  >
  t.notMatch(drillLines({ ...report, hosts: [rest] }, plain)[0], /virsh/)
})
