// runs in a process of its own: it waits for the kernel, and others can run meanwhile
import t, { test } from 'tap'
import { dropAll, makeNetwork, skipReason } from './namespaces.ts'

const root = { skip: skipReason() }
// Every test has its own network, and spends its time waiting.
t.jobs = 4
t.setTimeout(150_000)
const v4 = '10.91.0.2'
const v6 = 'fd91::2'
/** A gateway that answers pings, and ARP where it is asked: by IPv4. */
const yes = (address: string, ...vouchesFor: readonly string[]) => ({
  address,
  answered: 'yes',
  by: 'echo',
  vouchesFor,
  besides: vouchesFor.filter((one) => one === v4 || one === v6),
  neighbour: address.includes(':') ? 'not-run' : 'answered',
  port: 'not-named',
})
/** A gateway that answers no ping. */
const no = (address: string, ...vouchesFor: readonly string[]) => ({
  address,
  answered: 'no',
  vouchesFor,
  besides: vouchesFor,
  neighbour: 'not-run',
  port: 'not-named',
})
const dead = (address: string) => ({
  address,
  way: address === v4 ? 'arp' : 'nd',
  echo: 'no-neighbour',
  neighbour: 'unresolved',
})

test('a suspect whose cable is pulled, IPv4 and IPv6', root, async (t) => {
  const { look, ip } = await makeNetwork(t)
  ip('wire', 'link set suspect down')
  const began = performance.now()
  t.same(await look([v4, v6]), {
    addresses: [dead(v4), dead(v6)],
    witnesses: [yes('10.91.0.254', v4), yes('fd91::254', v6)],
  })
  t.ok(performance.now() - began < 8000, 'inside 8 s where the kernel holds no old entry')
})

test('a suspect that died, and a gateway that', root, async (t) => {
  const { look, ip, filter, inside } = await makeNetwork(t)
  ip('suspect', `addr del ${v4}/24 dev v0`)
  await t.test('answers ARP only: that says nothing of IP', async (t) => {
    filter('gateway', dropAll)
    ip('peer', 'neigh flush all')
    t.same(await look([v4]), {
      addresses: [dead(v4)],
      witnesses: [no('10.91.0.254', v4)],
    })
    inside('gateway', 'nft flush ruleset')
  })
  await t.test('is dead as well', async (t) => {
    ip('wire', 'link set gateway down')
    ip('peer', 'neigh flush all')
    t.same(await look([v4]), {
      addresses: [dead(v4)],
      witnesses: [no('10.91.0.254', v4)],
    })
  })
})

test('our own firewall swallows the pings: nobody was asked', root, async (t) => {
  const { look, ip, filter } = await makeNetwork(t)
  ip('suspect', `addr del ${v4}/24 dev v0`)
  const first = await look([v4])
  t.same(first.addresses, [dead(v4)], 'this leaves a failed entry behind')
  filter('peer', [`out ip daddr ${v4} drop`])
  const { addresses } = await look([v4], { budgetMs: 6000 })
  t.match(addresses, [{ neighbour: 'not-run' }])
})
