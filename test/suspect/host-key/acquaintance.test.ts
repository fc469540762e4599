import { test } from 'tap'
import { createAcquaintance } from '../../../agent/suspect/host-key/acquaintance.ts'
import { parseKnownHosts } from '../../../agent/suspect/host-key/known-hosts.ts'

const key = Buffer.from('a key').toString('base64')
const text = [
  `10.0.0.2 ssh-ed25519 ${key}`,
  `[10.0.0.3]:2222 ssh-ed25519 ${key}`,
  `@revoked 10.0.0.4 ssh-ed25519 ${key}`,
].join('\n')
const { contactBefore } = createAcquaintance({
  read: async () => await Promise.resolve({ kind: 'read', known: parseKnownHosts(text), text }),
})

test('a host whose key is pinned under any of its names was met', async (t) => {
  const pinned = { by: 'pinned-key', at: '' }
  t.same(await contactBefore(['10.0.0.2'], 22), pinned)
  t.same(await contactBefore(['a.name', '10.0.0.2'], 22), pinned)
  t.same(await contactBefore(['10.0.0.3'], 2222), pinned)
})

test('a key of another name, of another port, or a revoked one is none', async (t) => {
  for (const name of ['10.0.0.3', '10.0.0.4', '10.0.0.22']) {
    t.same(await contactBefore([name], 22), { by: 'never' }, name)
  }
})

test('a file that cannot be read says neither', async (t) => {
  const blind = createAcquaintance({
    read: async () => await Promise.resolve({ kind: 'unreadable' }),
  })
  t.same(await blind.contactBefore(['10.0.0.2'], 22), { by: 'not-known' })
})
