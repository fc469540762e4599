import { test } from 'tap'
import { dropAll, makeNetwork, skipReason } from './namespaces.ts'

const root = { skip: skipReason() }
const v4 = '10.91.0.2'

test('entries of the neighbour table from before the fence', root, async (t) => {
  t.jobs = 4
  t.test('stale, and the suspect is dead', async (t) => {
    const { look, ip, linkAddress } = await makeNetwork(t)
    ip('suspect', `addr del ${v4}/24 dev v0`)
    ip('peer', `neigh replace ${v4} lladdr ${linkAddress('suspect')} dev v0 nud stale`)
    const began = performance.now()
    t.match((await look([v4])).addresses, [
      { echo: /^(silent|no-neighbour)$/, neighbour: 'unresolved' },
    ])
    t.comment(`took ${Math.round(performance.now() - began)} ms`)
  })
  t.test('stale, and the suspect lives by another link address', async (t) => {
    const { look, ip, filter } = await makeNetwork(t)
    filter('suspect', dropAll)
    ip('peer', `neigh replace ${v4} lladdr 02:00:00:00:00:99 dev v0 nud stale`)
    t.match((await look([v4])).addresses, [{ echo: 'silent', neighbour: 'answered' }])
  })
  t.test('confirmed a moment ago, and the suspect died since', async (t) => {
    const { look, ip, inside } = await makeNetwork(t)
    inside('peer', `ping -n -q -c 1 ${v4}`)
    ip('suspect', `addr del ${v4}/24 dev v0`)
    const { addresses } = await look([v4], { budgetMs: 6000 })
    t.notMatch(addresses, [{ neighbour: 'unresolved' }])
  })
  t.test('set by hand', async (t) => {
    const { look, ip } = await makeNetwork(t)
    ip('wire', 'link set suspect down')
    ip('peer', `neigh replace ${v4} lladdr 02:00:00:00:00:99 dev v0 nud permanent`)
    t.same((await look([v4])).addresses, [{ address: v4, echo: 'silent', neighbour: 'not-run' }])
  })
})
