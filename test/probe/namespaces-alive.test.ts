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
const notAsked = (address: string) => ({
  address,
  answered: 'not-run',
  vouchesFor: [],
  besides: [],
  neighbour: 'not-run',
  port: 'not-run',
})

test('a suspect that answers pings, by IPv4 and IPv6', root, async (t) => {
  const { look } = await makeNetwork(t)
  t.same(await look([v4, v6]), {
    addresses: [
      { address: v4, way: 'arp', echo: 'replied', neighbour: 'answered' },
      { address: v6, way: 'nd', echo: 'replied', neighbour: 'answered' },
    ],
    witnesses: [yes('10.91.0.254', v4), yes('fd91::254', v6)],
  })
})

test('a suspect that drops everything but answers ARP', root, async (t) => {
  const { look, filter } = await makeNetwork(t)
  filter('suspect', dropAll)
  t.same(await look([v4]), {
    addresses: [{ address: v4, way: 'arp', echo: 'silent', neighbour: 'answered' }],
    witnesses: [yes('10.91.0.254', v4)],
  })
})

test('a suspect behind a gateway', root, async (t) => {
  const { look, filter, inside } = await makeNetwork(t)
  const far = '10.92.0.2'
  await t.test('answers', async (t) => {
    t.same(await look([far]), {
      addresses: [{ address: far, way: 'routed', echo: 'replied', neighbour: 'off-link' }],
      witnesses: [yes('10.91.0.254', far)],
    })
  })
  await t.test('drops everything', async (t) => {
    filter('far', dropAll)
    t.same(await look([far]), {
      addresses: [{ address: far, way: 'routed', echo: 'silent', neighbour: 'off-link' }],
      witnesses: [yes('10.91.0.254', far)],
    })
    inside('far', 'nft flush ruleset')
  })
  await t.test(
    'a witness on the same wire does not vouch for the way behind the gateway',
    async (t) => {
      filter('gateway', ['forward drop'])
      const { addresses, witnesses } = await look([far], { witnesses: [v4] })
      t.same(addresses, [{ address: far, way: 'routed', echo: 'silent', neighbour: 'off-link' }])
      t.same(witnesses, [notAsked(v4)])
      inside('gateway', 'nft flush ruleset')
    },
  )
})

test('our own trouble', root, async (t) => {
  const { look, ip } = await makeNetwork(t)
  const own = { echo: 'own-trouble', neighbour: 'own-trouble' }
  const trouble = [{ address: v4, way: 'not-known', ...own }]
  await t.test('our own address', async (t) => {
    const { addresses } = await look(['10.91.0.1'])
    t.same(addresses, [{ ...trouble[0], address: '10.91.0.1' }])
  })
  await t.test('an unreachable route', async (t) => {
    ip('peer', `route add unreachable ${v4}`)
    t.same((await look([v4])).addresses, trouble)
    ip('peer', `route del unreachable ${v4}`)
  })
  await t.test('our own address is no witness', async (t) => {
    const { witnesses } = await look([v4], { witnesses: ['10.91.0.1'] })
    t.same(witnesses, [notAsked('10.91.0.1')])
  })
  await t.test('the suspect is no witness, in whatever spelling', async (t) => {
    t.same((await look([v6], { witnesses: ['FD91:0::2', v6] })).witnesses, [])
  })
  await t.test('the cable of our own link is pulled', async (t) => {
    ip('wire', 'link set peer down')
    t.same(await look([v4]), {
      addresses: trouble,
      witnesses: [notAsked('10.91.0.254')],
    })
    ip('wire', 'link set peer up')
  })
  await t.test('our own link is switched off', async (t) => {
    ip('peer', 'link set v0 down')
    t.same(await look([v4]), { addresses: trouble, witnesses: [] })
  })
})
