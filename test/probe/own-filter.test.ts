import { test } from 'tap'
import { askOwnFilters, isFull, namesAddress } from '../../agent/probe/own-filter.ts'
import type { ProbeAddress } from '../../agent/probe/address.ts'
import type { ToolEnd } from '../../agent/probe/run-tool.ts'
import { createOldEntries } from '../../agent/probe/stale-neighbour.ts'
import { realClock } from '../../agent/base/time/real-clock.ts'

const suspect: ProbeAddress = { family: 'ipv4', plain: '10.0.0.2', zone: '' }

const naming = [
  'ip saddr 10.0.0.2 drop',
  'elements = { 10.0.0.9, 10.0.0.2 timeout 4h expires 3h }',
  'ip daddr { 10.0.0.2, 10.0.0.3 } tcp dport 22 counter packets 0 bytes 0 reject',
  '-A INPUT -s 10.0.0.2/32 -j f2b-sshd',
  'add f2b-sshd 10.0.0.2 timeout 600',
  'ip saddr 10.0.0.2-10.0.0.9 drop',
  'ip saddr 10.0.0.2 jump banned comment "accept"',
]
const other = [
  'ip saddr 10.0.0.20 drop',
  'ip saddr 110.0.0.2 drop',
  'ip saddr 10.0.0.0/24 drop',
  'ip saddr 10.0.0.2 accept',
  'ip saddr 10.0.0.2 tcp dport 22 counter packets 3 bytes 9 accept comment "the other host"',
  '-A INPUT -s 10.0.0.2/32 -p tcp -j ACCEPT -m comment',
  '',
]

test('a rule or a set that names the address', async (t) => {
  for (const line of naming) t.ok(namesAddress(`table x {\n${line}\n}`, '10.0.0.2'), line)
  for (const line of other) t.notOk(namesAddress(line, '10.0.0.2'), line)
  t.ok(namesAddress('ip6 saddr fd97:0::1/128 drop', 'fd97::1'), 'in whatever spelling')
})

test('a table that is full, or nearly', async (t) => {
  t.ok(isFull('262144\n262144\n'))
  t.ok(isFull('950\n1000\n'))
  for (const counts of ['949\n1000', '', '5', 'a b', '0\n0']) t.notOk(isFull(counts), counts)
})

const askWith = async (script: Readonly<Record<string, ToolEnd>>) => {
  const filterOf = await askOwnFilters({
    clock: realClock,
    signal: new AbortController().signal,
    sinceMs: 0,
    oldEntries: createOldEntries(),
    knock: async () => await Promise.resolve(false),
    run: async (tool) => await Promise.resolve(script[tool] ?? { kind: 'not-started' }),
  })
  return filterOf(suspect)
}
const says = (stdout: string, code = 0): ToolEnd => ({ kind: 'exited', code, stdout, stderr: '' })

test('what is found adds a doubt, and what cannot be read adds none', async (t) => {
  t.equal(await askWith({}), undefined)
  t.equal(await askWith({ nft: { kind: 'cut-off' }, sysctl: says('1\n1', 255) }), undefined)
  t.equal(await askWith({ sysctl: says('9\n9') }), 'table-full')
  t.equal(await askWith({ sysctl: says('1\n9'), nft: says('drop 10.0.0.3') }), undefined)
  for (const tool of ['nft', 'iptables-save', 'ip6tables-save', 'ipset']) {
    t.equal(await askWith({ [tool]: says('-s 10.0.0.2/32 -j DROP') }), 'names-it', tool)
  }
})
