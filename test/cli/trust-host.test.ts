/** `trust HOST` against real SSH servers, and the agent's own gate as the judge of what was pinned. */
import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'tap'
import { parseHostPort } from '../../agent/domain/host-port.ts'
import { trustHost } from '../../agent/cli/trust-host.ts'
import type { Look } from '../../agent/cli/trust-look.ts'
import { openHostKeyGate } from '../../agent/suspect/host-key.ts'
import type { KnownHostsFile } from '../../agent/suspect/known-hosts-file.ts'
import { fingerprint } from '../../agent/suspect/known-hosts.ts'
import { closedPort } from '../fixtures/raw-host.ts'
import { generateKey, startSuspectHost } from '../fixtures/suspect-host.ts'
import { openTrustDesk } from '../fixtures/trust-desk.ts'
import type { TrustDesk } from '../fixtures/trust-desk.ts'

const hostKey = generateKey()
const rsa = generateKey('rsa')
const other = generateKey()
const print = ({ publicKey }: { readonly publicKey: Buffer }): string => fingerprint(publicKey)

/** What a fence says to the key under "strict": undefined lets it pass. */
const refusal = async ({ store }: TrustDesk, port: number, key = hostKey, name = '127.0.0.1') => {
  const gate = await openHostKeyGate([name], port, 'strict', store)
  return typeof gate === 'string' ? gate : gate.refusalOf(key.publicKey)
}

/** The last step alone, blind, with a look that the test makes up. */
const pinBlind = async (look: Look, store: KnownHostsFile) => {
  const told = { out: '', err: '' }
  const edge = {
    env: {},
    version: '',
    versionLine: '',
    isTerminal: false,
    isOutTerminal: false,
    isErrTerminal: false,
    stdin: () => process.stdin,
    out: (text: string) => (told.out += text),
    err: (text: string) => (told.err += text),
  }
  const target = parseHostPort('kvm-1', undefined)
  if (target === undefined) throw new Error('no target')
  const wish = { fingerprint: undefined, isBlind: true, mayReplace: true }
  const code = await trustHost({ target, wish, isJson: false }, look, store, edge)
  return { code, ...told }
}

const seen = (names: readonly string[]): Look => ({
  kind: 'seen',
  addresses: ['10.0.0.1'],
  unreached: [{ address: '10.0.0.2', because: 'silent' }],
  names,
  keys: [hostKey.publicKey],
})

test('blind trust pins every key, and a running agent knows them at once', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey, furtherKeys: [rsa] })
  const desk = openTrustDesk(t)
  t.equal(await refusal(desk, port), 'host-key-unknown')
  const first = await desk.trust([`127.0.0.1:${port}`, '--yes'])
  t.match(first, {
    code: 0,
    err: '',
    out: new RegExp(`ssh-ed25519 +${print(hostKey).replaceAll('+', '\\+')} new\n`),
  })
  t.match(first.out, `ssh-rsa             ${print(rsa)} new\n`)
  t.match(first.out, `pinned for [127.0.0.1]:${port}\n`)
  t.equal(await refusal(desk, port), undefined)
  t.equal(await refusal(desk, port, rsa), undefined)
  t.equal(await refusal(desk, port, other), 'host-key-changed')
  t.equal(await refusal(desk, 22), 'host-key-unknown', 'of this port alone')
  const text = desk.known()
  const again = await desk.trust(['127.0.0.1', '--port', String(port)])
  t.match(again, { code: 0, err: '', out: /ssh-rsa .* known\n$/ })
  t.equal(desk.known(), text)
})

test('without a terminal and without a word nothing is pinned', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  const desk = openTrustDesk(t)
  const looked = await desk.trust([`127.0.0.1:${port}`], { typed: 'yes\n' })
  t.match(looked, { code: 1, err: /nothing was pinned: without a terminal/ })
  t.equal(desk.known(), '')
})

test('at a terminal, "yes" pins, and nothing else does', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey, furtherKeys: [rsa] })
  for (const typed of ['', 'no\n', 'y\n', 'YES\n', 'yes please\n', `${print(other)}\n`]) {
    const desk = openTrustDesk(t)
    const refused = await desk.trust([`127.0.0.1:${port}`], { typed, isTerminal: true })
    t.match(
      refused,
      { code: 1, err: /Trust these keys[^]*nothing was pinned/ },
      JSON.stringify(typed),
    )
    t.equal(desk.known(), '')
  }
  const desk = openTrustDesk(t)
  t.match(await desk.trust([`127.0.0.1:${port}`], { typed: 'yes\n', isTerminal: true }), {
    code: 0,
  })
  t.equal(desk.known().trimEnd().split('\n').length, 2)
  const one = openTrustDesk(t)
  const typed = `${print(rsa)}\n`
  t.match(await one.trust([`127.0.0.1:${port}`], { typed, isTerminal: true }), { code: 0 })
  t.equal(await refusal(one, port, rsa), undefined)
  t.equal(await refusal(one, port), 'host-key-changed', 'the other key was not pinned')
})

test('a fingerprint pins its key alone; another one pins nothing', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey, furtherKeys: [rsa] })
  const desk = openTrustDesk(t)
  const wrong = await desk.trust([`127.0.0.1:${port}`, '--fingerprint', print(other)])
  t.match(wrong, { code: 1, err: /no key with this fingerprint/ })
  t.equal(desk.known(), '')
  t.match(await desk.trust([`127.0.0.1:${port}`, '--fingerprint', print(hostKey)]), { code: 0 })
  t.equal(desk.known(), `[127.0.0.1]:${port} ${hostKey.publicText}\n`)
})

test('a changed key is shown beside the known one, and replaced only when both are said', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  const before = `kvm-9,[127.0.0.1]:${port} ${other.publicText}\n[127.0.0.1]:${port} ${rsa.publicText}\n`
  for (const args of [[], ['--yes'], ['--fingerprint', print(hostKey)], ['--replace']]) {
    const desk = openTrustDesk(t, before)
    const refused = await desk.trust([`127.0.0.1:${port}`, ...args])
    t.match(refused, { code: 1, err: /nothing was pinned/ }, args.join(' '))
    t.ok(refused.out.includes(`${print(hostKey)} CHANGED, known is ssh-ed25519 ${print(other)}`))
    t.equal(desk.known(), before)
    t.equal(await refusal(desk, port), 'host-key-changed')
  }
  const desk = openTrustDesk(t, before)
  t.match(await desk.trust([`127.0.0.1:${port}`, '--replace', '--yes']), { code: 0 })
  t.equal(desk.known(), `kvm-9 ${other.publicText}\n[127.0.0.1]:${port} ${hostKey.publicText}\n`)
  t.equal(await refusal(desk, port), undefined)
  t.equal(await refusal(desk, port, other), 'host-key-changed')
})

test('a line with a pattern is not changed for one host', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  const before = `[127.*]:${port} ${other.publicText}\n`
  const desk = openTrustDesk(t, before)
  const refused = await desk.trust([`127.0.0.1:${port}`, '--replace', '--yes'])
  t.match(refused, { code: 1, err: /line 1 of the file/ })
  t.equal(desk.known(), before)
})

test('a revoked key is never pinned', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey, furtherKeys: [rsa] })
  const before = `@revoked * ${hostKey.publicText}\n`
  const desk = openTrustDesk(t, before)
  const refused = await desk.trust([`127.0.0.1:${port}`, '--yes', '--replace'])
  t.match(refused, { code: 1, out: / revoked\n/, err: /revoked, and is never trusted/ })
  t.equal(desk.known(), before)
})

test('JSON says the same, and asks nothing', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  const desk = openTrustDesk(t)
  const looked = await desk.trust([`127.0.0.1:${port}`, '--json'], {
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
  const pinned = await desk.trust([`127.0.0.1:${port}`, '--json', '--yes'])
  t.strictSame(JSON.parse(pinned.out), { ...expected, keys: [{ ...key, pinned: true }] })
})

test('a host that is not reached, or has two faces', async (t) => {
  const desk = openTrustDesk(t)
  const gone = await desk.trust([`127.0.0.1:${await closedPort()}`, '--yes'])
  t.match(gone, { code: 69, out: '', err: 'peerfence: 127.0.0.1: no connection (refused)\n' })
  const several = await pinBlind({ kind: 'several-hosts' }, desk.store)
  t.match(several, { code: 1, err: /different keys/ })
})

test('an address that was not reached is told, and not pinned', async (t) => {
  const desk = openTrustDesk(t)
  t.match(await pinBlind(seen(['kvm-1', '10.0.0.1']), desk.store), {
    code: 0,
    out: /10\.0\.0\.2 was not reached \(silent\): not pinned/,
  })
  t.equal(desk.known(), `kvm-1,10.0.0.1 ${hostKey.publicText}\n`)
  for (const names of [['kvm-1', '10.0.0.1'], ['10.0.0.1'], ['kvm-1', '10.0.0.2']]) {
    const gate = await openHostKeyGate(names, 22, 'strict', desk.store)
    if (typeof gate === 'string') throw new Error(gate)
    t.equal(gate.refusalOf(hostKey.publicKey), undefined, `a fence of ${names.join(' at ')}`)
    t.equal(gate.refusalOf(other.publicKey), 'host-key-changed')
  }
})

test('what another process writes between the question and the answer is not written over', async (t) => {
  const desk = openTrustDesk(t, '')
  const line = `10.0.0.1 ${other.publicText}\n`
  const store = {
    ...desk.store,
    read: async () => {
      const known = await desk.store.read()
      appendFileSync(desk.knownHostsFile, line)
      return known
    },
  }
  t.match(await pinBlind(seen(['10.0.0.1']), store), { code: 1, err: /changed meanwhile/ })
  t.equal(desk.known(), line)
})

test('a store that cannot be read or written pins nothing', async (t) => {
  const { port } = await startSuspectHost(t, { hostKey })
  const desk = openTrustDesk(t)
  writeFileSync(`${desk.knownHostsFile}.lock`, '')
  t.match(await desk.trust([`127.0.0.1:${port}`, '--yes']), {
    code: 1,
    err: /could not be written/,
  })
  t.throws(() => statSync(desk.knownHostsFile))
  const broken = openTrustDesk(t)
  mkdirSync(broken.knownHostsFile)
  t.match(await broken.trust([`127.0.0.1:${port}`, '--yes']), { code: 1, err: /cannot be read/ })
})
