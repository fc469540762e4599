import { test } from 'tap'
import { readOffers } from '../../../agent/cli/trust/offered-by.ts'
import type { OfferedBy } from '../../../agent/cli/trust/offered-by.ts'
import { parseHostAddress } from '../../../agent/base/net/host-address.ts'
import { fingerprint, parseKnownHosts } from '../../../agent/suspect/host-key/known-hosts.ts'
import { startRawHost } from '../../fixtures/servers/raw-host.ts'
import { generateKey, startSuspectHost } from '../../fixtures/servers/suspect-host.ts'
import { createWallClock } from '../../fixtures/worlds/wall-clock.ts'

const look = async (
  name: string,
  port: number,
  ...found: readonly string[]
): Promise<OfferedBy> => {
  const host = parseHostAddress(name)
  if (host === undefined) throw new Error(name)
  const lookup = () => Promise.resolve(found)
  const deps = { clock: createWallClock(10), lookup, known: parseKnownHosts('') }
  return await readOffers({ host, port }, undefined, deps)
}
const hostKey = generateKey()

test('an address is its own only name, with the port where it is not 22', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  t.strictSame(await look('127.0.0.1', port), {
    kind: 'seen',
    addresses: ['127.0.0.1'],
    unreached: [],
    names: [`[127.0.0.1]:${port}`],
    keys: [hostKey.publicKey],
  })
})

test('a name has itself and every address that answered', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  await startSuspectHost(t, { hostKey, port, address: '127.0.0.2' })
  t.match(await look('KVM-1', port, '127.0.0.1', '127.0.0.2', '127.0.0.3'), {
    addresses: ['127.0.0.1', '127.0.0.2'],
    names: [`[kvm-1]:${port}`, `[127.0.0.1]:${port}`, `[127.0.0.2]:${port}`],
    unreached: [{ address: '127.0.0.3', because: 'refused' }],
  })
})

test('different keys at its addresses are different hosts', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  await startSuspectHost(t, { hostKey: generateKey(), port, address: '127.0.0.2' })
  t.match(await look('kvm-1', port, '127.0.0.1', '127.0.0.2'), { kind: 'several-hosts' })
  const further = await startSuspectHost(t, {
    hostKey,
    port,
    address: '127.0.0.3',
    furtherKeys: [generateKey('rsa')],
  })
  t.match(await look('kvm-1', further.port, '127.0.0.1', '127.0.0.3'), { kind: 'seen' }, 'further')
})

test('nobody is there, or somebody who does not say all', async (t) => {
  t.strictSame(await look('gone.example', 22), {
    kind: 'unavailable',
    because: ['gone.example: the name does not resolve'],
  })
  const { port } = await startSuspectHost(t, { hostKey })
  await startRawHost(t, (socket) => socket.end(), { port, host: '127.0.0.2' })
  t.match(await look('127.0.0.3', port), {
    kind: 'unavailable',
    because: ['127.0.0.3: no connection (refused)'],
  })
  t.match(await look('kvm-1', port, '127.0.0.1', '127.0.0.2', '127.0.0.3'), {
    kind: 'unavailable',
    because: [/^127\.0\.0\.2: the connection was closed/, '127.0.0.3: no connection (refused)'],
  })
})

test('a host is asked for the type that is known of it, and on for the fingerprint that is wanted', async (t) => {
  const rsa = generateKey('rsa')
  const host = await startSuspectHost(t, { hostKey, furtherKeys: [rsa] })
  const address = parseHostAddress('127.0.0.1')
  if (address === undefined) throw new Error('no address')
  const target = { host: address, port: host.port }
  const deps = { clock: createWallClock(10), lookup: () => Promise.resolve([]) }
  const none = parseKnownHosts('')
  const known = parseKnownHosts(`[127.0.0.1]:${host.port} ${rsa.publicText}\n`)
  t.match(await readOffers(target, undefined, { ...deps, known }), { keys: [rsa.publicKey] })
  t.equal(host.sockets.length, 1)
  const wanted = fingerprint(rsa.publicKey)
  t.match(await readOffers(target, wanted, { ...deps, known: none }), {
    keys: [hostKey.publicKey, rsa.publicKey],
  })
  t.match(await readOffers(target, 'SHA256:another', { ...deps, known: none }), {
    keys: [hostKey.publicKey, rsa.publicKey],
  })
})
