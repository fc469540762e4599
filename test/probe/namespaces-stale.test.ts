// runs in a process of its own: it waits for the kernel, and others can run meanwhile
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { realClock } from '../../agent/base/time/real-clock.ts'
import { dropAll, makeNetwork, skipReason } from './namespaces.ts'

tap.setTimeout(170_000)

const root = { skip: skipReason() }
const v4 = '10.91.0.2'
const v6 = 'fd91::2'
const addressOf = { v4, v6 }
const unresolved = { echo: /^(silent|no-neighbour)$/, neighbour: 'unresolved' }
// The tools of a peer without the privilege to take entries away.
const unprivileged = ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin']

type Network = Awaited<ReturnType<typeof makeNetwork>>

/** In both directions: a live kernel asks for its neighbours, too, and that is a sign of life. */
const arpDrop = ['in { type filter hook input', 'out { type filter hook output']
  .map((chain) => `add chain arp f ${chain} priority 0; policy drop; }`)
  .reduce((rules, rule) => `${rules}\n${rule}`, 'add table arp f')

/** No link of the suspect carries anything any more. */
const deaths: Readonly<Record<string, (network: Network) => void>> = {
  'its cable is pulled': ({ ip }) => ip('wire', 'link set suspect down'),
  'it drops everything': ({ filter, inside }) => {
    filter('suspect', dropAll)
    inside('suspect', 'nft -f -', arpDrop)
  },
}

const aMomentAgo = 'confirmed a moment ago'

/** What the peer's kernel knows of the suspect when it dies. */
const entries: Readonly<Record<string, (network: Network, address: string) => void>> = {
  none: ({ ip }) => ip('peer', 'neigh flush all'),
  stale: ({ ip, linkAddress }, address) =>
    ip('peer', `neigh replace ${address} lladdr ${linkAddress('suspect')} dev v0 nud stale`),
  delay: ({ ip, linkAddress }, address) =>
    ip('peer', `neigh replace ${address} lladdr ${linkAddress('suspect')} dev v0 nud delay`),
  [aMomentAgo]: ({ inside }, address) => inside('peer', `ping -n -q -c 1 ${address}`),
}

const lookAtDead = async (
  t: Test,
  { entry = '', death = '', family = 'v4' as keyof typeof addressOf, words = [] as string[] },
) => {
  const network = await makeNetwork(t)
  const address = addressOf[family]
  entries[entry]?.(network, address)
  deaths[death]?.(network)
  // Less than a second, which is the part that the kernel cuts off; and more than a read may take on
  // a busy machine, or nobody could date it.
  await realClock.wait(400, new AbortController().signal)
  const began = performance.now()
  const seen = await network.look([address], { probe: network.probeOf([], words) })
  t.comment(
    `${family}, ${death} | ${entry}${words.length > 0 ? ', unprivileged' : ''} | ${Math.round(performance.now() - began)} ms`,
  )
  return seen
}

test('a dead suspect, whatever the kernel knew of it', root, async (t) => {
  t.jobs = 4
  for (const family of ['v4', 'v6'] as const) {
    for (const death of Object.keys(deaths)) {
      for (const entry of death === 'it drops everything' ? [aMomentAgo] : Object.keys(entries)) {
        t.test(`${family}, ${death}, entry: ${entry}`, async (t) => {
          const { addresses, witnesses } = await lookAtDead(t, { entry, death, family })
          t.match(addresses, [unresolved])
          t.match(
            witnesses.filter(({ answered }) => answered === 'yes'),
            { length: 1 },
          )
          if (entry !== 'none') t.match(addresses, [{ oldEntry: 'removed' }])
        })
      }
    }
  }
})

test('the same, where entries may not be taken away', root, async (t) => {
  t.jobs = 4
  for (const family of ['v4', 'v6'] as const) {
    const parts = { death: 'its cable is pulled', family, words: unprivileged }
    t.test(`${family}, stale: later`, async (t) => {
      const { addresses } = await lookAtDead(t, { ...parts, entry: 'stale' })
      t.match(addresses, [{ ...unresolved, oldEntry: 'kept' }])
    })
    t.test(`${family}, confirmed a moment ago: refused at the end of the budget`, async (t) => {
      const { addresses } = await lookAtDead(t, { ...parts, entry: aMomentAgo })
      t.match(addresses, [{ neighbour: 'not-run', oldEntry: 'kept' }])
    })
  }
})

test(
  'a live suspect, and entries of the neighbour table from before the fence',
  root,
  async (t) => {
    t.jobs = 4
    const rows: readonly (readonly [string, (network: Network) => void])[] = [
      [
        'stale, with another link address than it has now',
        ({ ip }) => ip('peer', `neigh replace ${v4} lladdr 02:00:00:00:00:99 dev v0 nud stale`),
      ],
      ['confirmed a moment ago', ({ inside }) => inside('peer', `ping -n -q -c 1 ${v4}`)],
    ]
    for (const [name, prepare] of rows) {
      for (const words of [[], unprivileged]) {
        t.test(`${name}${words.length > 0 ? ', unprivileged' : ''}`, async (t) => {
          const network = await makeNetwork(t)
          prepare(network)
          network.filter('suspect', dropAll)
          const budgetMs = 12_000
          const { addresses } = await network.look([v4], {
            probe: network.probeOf([], words),
            budgetMs,
          })
          t.notMatch(addresses, [{ neighbour: 'unresolved' }])
          if (words.length === 0) t.match(addresses, [{ echo: 'silent', neighbour: 'answered' }])
        })
      }
    }
    t.test('many fences at once', async (t) => {
      const { look, probeOf, filter, inside } = await makeNetwork(t)
      inside('peer', `ping -n -q -c 1 ${v4}`)
      filter('suspect', dropAll)
      const probe = probeOf()
      const all = Array.from({ length: 12 }, async (_, index) => {
        await realClock.wait(index * 150, new AbortController().signal)
        return await look([v4], { probe })
      })
      const neighbours = (await Promise.all(all)).map(({ addresses }) => addresses[0]?.neighbour)
      t.notOk(neighbours.includes('unresolved'), neighbours.join(' '))
    })
    t.test('forgotten while it was looked at: our own link has another address now', async (t) => {
      const { look, ip, filter } = await makeNetwork(t)
      ip('peer', 'neigh flush all')
      filter('suspect', dropAll)
      const seen = look([v4])
      // All pings are out by then, and the last one is still waited for.
      await realClock.wait(2_000, new AbortController().signal)
      ip('peer', 'link set v0 address 02:00:00:00:00:98')
      t.match(await seen, { addresses: [{ echo: 'silent', neighbour: 'answered' }] })
    })
    t.test('set by hand', async (t) => {
      const { look, ip } = await makeNetwork(t)
      ip('wire', 'link set suspect down')
      ip('peer', `neigh replace ${v4} lladdr 02:00:00:00:00:99 dev v0 nud permanent`)
      t.same((await look([v4])).addresses, [
        { address: v4, way: 'arp', echo: 'silent', neighbour: 'not-run' },
      ])
      t.match(ip('peer', `neigh show to ${v4} dev v0`), /PERMANENT/)
    })
  },
)

test('many fences at once of a dead suspect that was confirmed a moment ago', root, async (t) => {
  const { look, probeOf, ip, inside } = await makeNetwork(t)
  inside('peer', `ping -n -q -c 1 ${v4}`)
  ip('wire', 'link set suspect down')
  const probe = probeOf()
  const all = Array.from({ length: 12 }, async (_, index) => {
    await realClock.wait(200 + index * 100, new AbortController().signal)
    const began = performance.now()
    // On a busy peer nobody may have read the entry at the moment that dates it, and what was
    // confirmed a moment ago may be an answer then: the fence looks once more.
    let seen = (await look([v4], { probe })).addresses[0]
    for (let looks = 1; looks < 3 && seen?.neighbour !== 'unresolved'; looks += 1) {
      seen = (await look([v4], { probe })).addresses[0]
    }
    return { seen, ms: Math.round(performance.now() - began) }
  })
  const ended = await Promise.all(all)
  for (const { seen } of ended) t.match(seen, unresolved)
  t.comment(`12 fences at once | ${ended.map(({ ms }) => ms).join(' ')} ms`)
})
