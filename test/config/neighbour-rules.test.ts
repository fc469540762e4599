import { test } from 'tap'
import { parseConfig } from '../../agent/config/load.ts'

const good = { url: 'https://kvm-2:7171', tokenFile: '/etc/peerfence/neighbour' }

const faultsOf = (agents: readonly object[], at = '127.0.0.1:7171') => {
  const file = { http: { listeners: [{ at }] }, neighbours: { agents } }
  const loaded = parseConfig(file, {})
  return loaded.kind === 'faulty' ? loaded.faults : []
}

test('what a neighbour has to be, property by property', async (t) => {
  const rows: readonly (readonly [string, readonly object[], string | undefined])[] = [
    ['one with a token', [good], undefined],
    [
      'one with a certificate',
      [{ url: good.url, certificateFile: '/c', keyFile: '/k' }],
      undefined,
    ],
    ['one on loopback, for tests', [{ ...good, url: 'http://127.0.0.1:1' }], undefined],
    ['two', [good, { ...good, url: 'https://kvm-3:7171', domain: 'rack-2' }], undefined],
    ['no url', [{ ...good, url: 'ftp://x' }], '0/url'],
    ['a unix socket, which is this host', [{ ...good, url: 'unix:/run/x' }], '0/url'],
    ['a domain in the url', [{ ...good, url: 'https://kvm-2:7171@rack' }], '0/url'],
    ['one of whom nobody vouches', [{ ...good, url: 'http://10.0.0.2:7171' }], '0/url'],
    ['this very agent', [{ ...good, url: 'https://127.0.0.1:7171' }], '0/url'],
    ['the same twice', [good, { ...good, url: 'https://KVM-2:7171/' }], '1/url'],
    ['one that cannot know us', [{ url: good.url }], '0/tokenFile'],
    ['a certificate without its key', [{ ...good, certificateFile: '/c' }], '0/keyFile'],
    ['a key without its certificate', [{ ...good, keyFile: '/k' }], '0/certificateFile'],
    ['a domain of two words', [{ ...good, domain: 'a b' }], '0/domain'],
    ['a property that is none', [{ ...good, tokenfile: '/t' }], '0/tokenfile'],
  ]
  for (const [title, agents, path] of rows) {
    const found = faultsOf(agents).map((one) => one.path)
    t.same(found, path === undefined ? [] : [`/neighbours/agents/${path}`], title)
  }
  t.same(faultsOf([{ ...good, url: 'https://127.0.0.1:7171' }], 'unix:/run/x'), [])
})
