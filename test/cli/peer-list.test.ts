import { test } from 'tap'
import { viaOf } from '../../agent/cli/peer-list.ts'
import { args } from '../fixtures/worlds/command-line.ts'

test('peers in the order in which they are named, and a quorum that they can reach', async (t) => {
  const two = viaOf(args({ via: 'kvm-2@a,https://kvm-3:1@b', quorum: '2' }))
  t.match(two, { quorum: 2, peers: [{ domain: 'a' }, { domain: 'b', at: { isTls: true } }] })
  t.match(viaOf(args({ via: 'unix:/run/s' })), { quorum: 1 })
  const rows: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{}, /is missing/],
    [{ via: 'fd00::1' }, /has to be/],
    [{ via: 'a,A:7171' }, /one peer twice/],
    [{ via: 'a@x,b@x', quorum: '2' }, /different domains \(1\)/],
    [{ via: 'a', quorum: '0.5' }, /--quorum/],
    [{ via: Array.from({ length: 17 }, (_, n) => `k${n}`).join() }, /at most 16/],
  ]
  for (const [options, fault] of rows) t.match(viaOf(args(options)), fault)
})
