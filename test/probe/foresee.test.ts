import { test } from 'tap'
import { createForesee } from '../../agent/probe/foresee.ts'
import type { ToolEnd } from '../../agent/probe/run-tool.ts'
import { realClock } from '../../agent/base/time/real-clock.ts'

const says = (stdout: string): ToolEnd => ({ kind: 'exited', code: 0, stdout, stderr: '' })
const route = (address: string, more = '') =>
  says(`[{"dst":"${address}","dev":"v0","prefsrc":"10.0.0.1"${more}}]`)
const replies = (address: string) => says(`64 bytes from ${address}: icmp_seq=1 ttl=64 time=1 ms`)
const script: Readonly<Record<string, ToolEnd>> = {
  'ip -j route get 10.0.0.2': route('10.0.0.2'),
  'ip -j route get 10.0.0.9': route('10.0.0.9'),
  'ip -j route get 10.1.0.2': route('10.1.0.2', ',"gateway":"10.0.0.254"'),
  'ip -j route get 10.1.0.9': route('10.1.0.9', ',"gateway":"10.0.0.254"'),
  'ip -j route get fd00::2': route('fd00::2'),
  'ip -j route get 10.0.0.1': says('[{"type":"local","dst":"10.0.0.1","dev":"lo"}]'),
  'ip -j link show dev v0': says('[{"ifname":"v0","flags":["UP","LOWER_UP"]}]'),
  'ping -n -c 2 -i 0.2 -W 2 -- 10.0.0.9': replies('10.0.0.9'),
  'ping -n -c 2 -i 0.2 -W 2 -- 10.1.0.9': replies('10.1.0.9'),
  'ip -j -s -s neigh show nud all to 10.0.0.9 dev v0': says(
    '[{"dst":"10.0.0.9","confirmed":9,"updated":0,"state":["REACHABLE"]}]',
  ),
  'ip -j neigh change to 10.0.0.9 dev v0 nud probe': says(''),
}

const rows = [
  ['10.0.0.2', 'refuse', ['10.0.0.9'], 'counts'],
  ['10.0.0.2', 'refuse', ['10.0.0.8'], 'no-witness'],
  ['10.1.0.2', 'refuse', ['10.1.0.9:22'], 'routed'],
  ['10.1.0.2', 'accept', ['10.1.0.9:22'], 'counts'],
  ['10.1.0.2', 'accept', ['10.1.0.9'], 'no-witness'],
  ['10.1.0.2', 'accept', ['10.0.0.9:22'], 'no-witness'],
  ['fd00::2', 'refuse', [], 'ipv6'],
  ['10.0.0.1', 'refuse', [], 'itself'],
  ['10.9.0.1', 'refuse', [], 'no-way'],
  ['a.name', 'refuse', [], 'no-way'],
] as const

test('whether the silence of a host would count is told while it is well', async (t) => {
  for (const [address, routedSilence, witnesses, foreseen] of rows) {
    const foresee = createForesee(
      { witnesses, routedSilence },
      {
        clock: realClock,
        knock: async () => await Promise.resolve(true),
        run: async (tool, args) =>
          await Promise.resolve(script[[tool, ...args].join(' ')] ?? { kind: 'not-started' }),
      },
    )
    const seen = await foresee(address, new AbortController().signal)
    t.equal(seen, foreseen, `${address} ${routedSilence} ${witnesses.join()}`)
  }
})
