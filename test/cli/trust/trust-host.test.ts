/**
 * `trust HOST` against real SSH servers, and the agent's own gate as the judge of what was pinned.
 */
import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'tap'
import { parseHostPort } from '../../../agent/base/net/host-port.ts'
import { trustHost } from '../../../agent/cli/trust/trust-host.ts'
import type { OfferedBy } from '../../../agent/cli/trust/offered-by.ts'
import { openHostKeyGate } from '../../../agent/suspect/host-key/host-key.ts'
import type { KnownHostsFile } from '../../../agent/suspect/host-key/known-hosts-file.ts'
import { fingerprint } from '../../../agent/suspect/host-key/known-hosts.ts'
import { closedPort } from '../../fixtures/servers/raw-host.ts'
import { generateKey, startSuspectHost } from '../../fixtures/servers/suspect-host.ts'
import { openTrustConfig } from '../../fixtures/servers/trust-config.ts'
import type { TrustConfig } from '../../fixtures/servers/trust-config.ts'

const hostKey = generateKey()
const rsa = generateKey('rsa')
const other = generateKey()
const print = ({ publicKey }: { readonly publicKey: Buffer }): string => fingerprint(publicKey)

/** What a fence says to the key under "strict": undefined lets it pass. */
const refusal = async ({ store }: TrustConfig, port: number, key = hostKey, name = '127.0.0.1') => {
  const gate = await openHostKeyGate([name], port, 'strict', store)
  return typeof gate === 'string' ? gate : gate.refusalOf(key.publicKey)
}

/** The last step alone, blind, with a look that the test makes up. */
const pinBlind = async (look: OfferedBy, store: KnownHostsFile) => {
  const told = { out: '', err: '' }
  const terminal = {
    env: {},
    version: '',
    versionLine: '',
    isTerminal: false,
    isOutTerminal: false,
    isErrTerminal: false,
    onInterrupt: () => () => undefined,
    stdin: () => process.stdin,
    out: (text: string) => (told.out += text),
    err: (text: string) => (told.err += text),
  }
  const target = parseHostPort('kvm-1', undefined)
  if (target === undefined) throw new Error('no target')
  const wish = { fingerprint: undefined, isBlind: true, mayReplace: true }
  const code = await trustHost({ target, wish, isJson: false }, look, store, terminal)
  return { code, ...told }
}

const seen = (names: readonly string[]): OfferedBy => ({
  kind: 'seen',
  addresses: ['10.0.0.1'],
  unreached: [{ address: '10.0.0.2', because: 'silent' }],
  names,
  keys: [hostKey.publicKey],
})

test('blind trust pins the key that comes, and a running agent knows it at once', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey, furtherKeys: [rsa] })
  const operator = openTrustConfig(t)
  t.equal(await refusal(operator, port), 'host-key-unknown')
  const first = await operator.trust([`127.0.0.1:${port}`, '--yes'])
  t.match(first, {
    code: 0,
    err: '',
    out: new RegExp(`ssh-ed25519 +${print(hostKey).replaceAll('+', '\\+')} new\n`),
  })
  t.match(first.out, `pinned for [127.0.0.1]:${port}\n`)
  t.equal(await refusal(operator, port), undefined)
  t.equal(await refusal(operator, port, rsa), 'host-key-changed', 'one connection, one key')
  t.equal(await refusal(operator, port, other), 'host-key-changed')
  t.equal(await refusal(operator, 22), 'host-key-unknown', 'of this port alone')
  const text = operator.known()
  const again = await operator.trust(['127.0.0.1', '--port', String(port)])
  t.match(again, { code: 0, err: '', out: /ssh-ed25519 .* known\n$/ })
  t.equal(operator.known(), text)
})

test('a key of a first contact is told as such, and trusted by a word', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  const line = `[127.0.0.1]:${port} ${hostKey.publicText.trim()}`
  const operator = openTrustConfig(t, `${line} peerfence-first-contact\n`)
  const asked = await operator.trust([`127.0.0.1:${port}`])
  t.match(asked, { code: 1, out: / known by a first contact alone\n/ })
  t.match(await operator.trust([`127.0.0.1:${port}`, '--yes']), { code: 0 })
  t.equal(operator.known(), `${line}\n`)
  t.match(await operator.trust([`127.0.0.1:${port}`]), { code: 0, out: / known\n/ })
})

test('without a terminal and without a word nothing is pinned', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  const operator = openTrustConfig(t)
  const looked = await operator.trust([`127.0.0.1:${port}`], { typed: 'yes\n' })
  t.match(looked, { code: 1, err: /nothing was pinned: without a terminal/ })
  t.equal(operator.known(), '')
})

test('at a terminal, "yes" pins, and nothing else does', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey, furtherKeys: [rsa] })
  for (const typed of ['', 'no\n', 'y\n', 'YES\n', 'yes please\n', `${print(other)}\n`]) {
    const operator = openTrustConfig(t)
    const refused = await operator.trust([`127.0.0.1:${port}`], { typed, isTerminal: true })
    t.match(
      refused,
      { code: 1, err: /Trust these keys[^]*nothing was pinned/ },
      JSON.stringify(typed),
    )
    t.equal(operator.known(), '')
  }
  const operator = openTrustConfig(t)
  t.match(await operator.trust([`127.0.0.1:${port}`], { typed: 'yes\n', isTerminal: true }), {
    code: 0,
  })
  t.equal(operator.known().trimEnd().split('\n').length, 1)
  const one = openTrustConfig(t)
  const typed = `${print(hostKey)}\n`
  t.match(await one.trust([`127.0.0.1:${port}`], { typed, isTerminal: true }), { code: 0 })
  t.equal(await refusal(one, port), undefined)
})

test('a fingerprint pins its key alone; another one pins nothing', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey, furtherKeys: [rsa] })
  const operator = openTrustConfig(t)
  const wrong = await operator.trust([`127.0.0.1:${port}`, '--fingerprint', print(other)])
  t.match(wrong, { code: 1, err: /no key with this fingerprint/ })
  t.equal(operator.known(), '')
  t.match(await operator.trust([`127.0.0.1:${port}`, '--fingerprint', print(hostKey)]), { code: 0 })
  t.equal(operator.known(), `[127.0.0.1]:${port} ${hostKey.publicText}\n`)
  const further = openTrustConfig(t)
  const asked = await further.trust([`127.0.0.1:${port}`, '--fingerprint', print(rsa)])
  t.match(asked, { code: 0, out: /ssh-ed25519[^]*ssh-rsa/ }, 'it is asked on until the key comes')
  t.equal(further.known(), `[127.0.0.1]:${port} ${rsa.publicText}\n`)
})

test('a changed key is shown beside the known one, and replaced only when both are said', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  const before = `kvm-9,[127.0.0.1]:${port} ${other.publicText}\n[127.0.0.1]:${port} ${rsa.publicText}\n`
  for (const args of [[], ['--yes'], ['--fingerprint', print(hostKey)], ['--replace']]) {
    const operator = openTrustConfig(t, before)
    const refused = await operator.trust([`127.0.0.1:${port}`, ...args])
    t.match(refused, { code: 1, err: /nothing was pinned/ }, args.join(' '))
    t.ok(refused.out.includes(`${print(hostKey)} CHANGED, known is ssh-ed25519 ${print(other)}`))
    t.equal(operator.known(), before)
    t.equal(await refusal(operator, port), 'host-key-changed')
  }
  const operator = openTrustConfig(t, before)
  t.match(await operator.trust([`127.0.0.1:${port}`, '--replace', '--yes']), { code: 0 })
  t.equal(
    operator.known(),
    `kvm-9 ${other.publicText}\n[127.0.0.1]:${port} ${hostKey.publicText}\n`,
  )
  t.equal(await refusal(operator, port), undefined)
  t.equal(await refusal(operator, port, other), 'host-key-changed')
})

test('a line with a pattern is not changed for one host', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  const before = `[127.*]:${port} ${other.publicText}\n`
  const operator = openTrustConfig(t, before)
  const refused = await operator.trust([`127.0.0.1:${port}`, '--replace', '--yes'])
  t.match(refused, { code: 1, err: /line 1 of the file/ })
  t.equal(operator.known(), before)
})

test('a revoked key is never pinned', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey, furtherKeys: [rsa] })
  const before = `@revoked * ${hostKey.publicText}\n`
  const operator = openTrustConfig(t, before)
  const refused = await operator.trust([`127.0.0.1:${port}`, '--yes', '--replace'])
  t.match(refused, { code: 1, out: / revoked\n/, err: /revoked, and is never trusted/ })
  t.equal(operator.known(), before)
})

test('JSON says the same, and asks nothing', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  const operator = openTrustConfig(t)
  const looked = await operator.trust([`127.0.0.1:${port}`, '--json'], {
    isTerminal: true,
    typed: 'yes\n',
  })
  t.equal(looked.code, 1)
  const key = {
    type: 'ssh-ed25519',
    fingerprint: print(hostKey),
    state: 'new',
    known: [],
    pinned: false,
  }
  const expected = { host: '127.0.0.1', port, addresses: ['127.0.0.1'], unreached: [], keys: [key] }
  t.strictSame(JSON.parse(looked.out), expected)
  const pinned = await operator.trust([`127.0.0.1:${port}`, '--json', '--yes'])
  t.strictSame(JSON.parse(pinned.out), { ...expected, keys: [{ ...key, pinned: true }] })
})

test('a host that is not reached, or has two faces', async (t) => {
  const operator = openTrustConfig(t)
  const gone = await operator.trust([`127.0.0.1:${await closedPort()}`, '--yes'])
  t.match(gone, { code: 69, out: '', err: 'peerfence: 127.0.0.1: no connection (refused)\n' })
  const several = await pinBlind({ kind: 'several-hosts' }, operator.store)
  t.match(several, { code: 1, err: /different keys/ })
})

test('an address that was not reached is told, and not pinned', async (t) => {
  const operator = openTrustConfig(t)
  t.match(await pinBlind(seen(['kvm-1', '10.0.0.1']), operator.store), {
    code: 0,
    out: /10\.0\.0\.2 was not reached \(silent\): not pinned/,
  })
  t.equal(operator.known(), `kvm-1,10.0.0.1 ${hostKey.publicText}\n`)
  for (const names of [['kvm-1', '10.0.0.1'], ['10.0.0.1'], ['kvm-1', '10.0.0.2']]) {
    const gate = await openHostKeyGate(names, 22, 'strict', operator.store)
    if (typeof gate === 'string') throw new Error(gate)
    t.equal(gate.refusalOf(hostKey.publicKey), undefined, `a fence of ${names.join(' at ')}`)
    t.equal(gate.refusalOf(other.publicKey), 'host-key-changed')
  }
})

test('what another process writes between the question and the answer is not written over', async (t) => {
  const operator = openTrustConfig(t, '')
  const line = `10.0.0.1 ${other.publicText}\n`
  const store = {
    ...operator.store,
    read: async () => {
      const known = await operator.store.read()
      appendFileSync(operator.knownHostsFile, line)
      return known
    },
  }
  t.match(await pinBlind(seen(['10.0.0.1']), store), { code: 1, err: /changed meanwhile/ })
  t.equal(operator.known(), line)
})

test('a store that cannot be read or written pins nothing', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  const operator = openTrustConfig(t)
  writeFileSync(`${operator.knownHostsFile}.lock`, '')
  t.match(await operator.trust([`127.0.0.1:${port}`, '--yes']), {
    code: 1,
    err: /could not be written/,
  })
  t.throws(() => statSync(operator.knownHostsFile))
  const broken = openTrustConfig(t)
  mkdirSync(broken.knownHostsFile)
  t.match(await broken.trust([`127.0.0.1:${port}`, '--yes']), { code: 1, err: /cannot be read/ })
})
