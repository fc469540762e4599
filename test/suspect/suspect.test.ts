import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as turn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { test } from 'tap'
import type { Test } from 'tap'
import { parseVmUuid } from '../../agent/domain/vm-uuid.ts'
import { parseHostAddress } from '../../agent/base/net/host-address.ts'
import type { HostAddress } from '../../agent/base/net/host-address.ts'
import { Secret } from '../../agent/base/text/secret.ts'
import type { FenceRequest, SuspectTarget } from '../../agent/fence/request.ts'
import { createSuspect } from '../../agent/suspect/suspect.ts'
import { namedBy } from '../../agent/suspect/login/login-hosts.ts'
import type { LoginEntry } from '../../agent/suspect/login/logins.ts'
import type { SuspectConfig, SuspectDeps } from '../../agent/suspect/suspect.ts'
import { fingerprint } from '../../agent/suspect/host-key/known-hosts.ts'
import { contactOnce } from '../fixtures/worlds/one-contact.ts'
import type { ContactOutcome } from '../fixtures/worlds/one-contact.ts'
import { loginsWith } from '../fixtures/servers/open-session.ts'
import { closedPort, startRawHost, startSilentPort } from '../fixtures/servers/raw-host.ts'
import { readRequest, reportText, numbered, reportBodies } from '../fixtures/values/report-text.ts'
import {
  finish,
  generateKey,
  readStdin,
  startSuspectHost,
} from '../fixtures/servers/suspect-host.ts'
import type { Shell } from '../fixtures/servers/suspect-host.ts'
import { createWallClock } from '../fixtures/worlds/wall-clock.ts'

function missing(): never {
  throw new Error('no such name')
}
const vm = parseVmUuid('00112233445566778899aabbccddeeff') ?? missing()
const host = (text: string): HostAddress => parseHostAddress(text) ?? missing()
const password = new Secret('hunter2-planted')

const freshFile = (t: Test): string => {
  const folder = mkdtempSync(join(tmpdir(), 'peerfence-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  return join(folder, 'known_hosts')
}

const reporting = ({ channel }: Shell): void => {
  readStdin(channel, (stdin) => {
    const request = readRequest(stdin)
    finish(channel, reportText(request.nonce, request.vm))
  })
}

interface Given {
  readonly hostUuid?: string
  readonly port: number
  readonly addresses?: SuspectTarget['addresses']
  readonly target?: Omit<Partial<SuspectTarget>, 'password'> & {
    readonly password?: undefined
  }
  readonly config?: Partial<SuspectConfig>
  readonly deps?: Partial<SuspectDeps>
  readonly budgetMs?: number
  readonly signal?: AbortSignal
  readonly onAddresses?: (addresses: readonly string[]) => void
  readonly onHeard?: (address: string) => void
}

const omitPassword = (target: Given['target'] = {}): Partial<SuspectTarget> => {
  const { password: _password, ...rest } = target
  return rest
}

const fence = async (t: Test, given: Given): Promise<ContactOutcome> => {
  const config: SuspectConfig = {
    connectWindowMs: 4000,
    holdMs: 200,
    pidNamespace: 'initial',
    pageCache: 'report',
    helpers: 'refuse',
    sharedFileSystems: [],
    quarantine: 'optional',
    quarantineSec: 0,
    hostKeyPolicy: 'accept-new',
    knownHostsFile: freshFile(t),
    logins: loginsWith(),
    own: { machineId: 'm', bootId: 'b' },
    programText: '# program\n',
    ...given.config,
  }
  const request: FenceRequest = {
    fenceId: 'f1',
    vm,
    budgetMs: 20_000,
    requestId: '',
    askedBy: 'unix',
    suspect: {
      addresses: given.addresses ?? [host('127.0.0.1')],
      port: given.port,
      user: 'root',
      hostUuid: given.hostUuid ?? '',
      ...(given.target !== undefined && 'password' in given.target ? {} : { password }),
      ...omitPassword(given.target),
    },
  }
  const suspect = createSuspect(config, { clock: createWallClock(), ...given.deps })
  const { budgetMs = 19_000, signal, onAddresses, onHeard } = given
  return await contactOnce(suspect, request, {
    budgetMs,
    ...(signal === undefined ? {} : { signal }),
    ...(onAddresses === undefined ? {} : { onAddresses }),
    ...(onHeard === undefined ? {} : { onHeard }),
  })
}

test('a suspect that reports: the whole way, and its trail', async (t) => {
  const { port } = await startSuspectHost(t, { shell: reporting })
  const asked: (readonly string[])[] = []
  const outcome = await fence(t, { port, onAddresses: (addresses) => asked.push(addresses) })
  t.match(outcome, {
    kind: 'evidence',
    evidence: { kind: 'report', report: { vm } },
    trail: { address: '127.0.0.1', detail: 'the program reported' },
  })
  t.strictSame(
    outcome.trail.phases.map(({ phase }) => phase),
    ['resolve', 'connect', 'banner', 'handshake', 'login', 'channel', 'run'],
  )
  t.strictSame(asked, [['127.0.0.1']])
})

test('a host that showed its uuid is bound to its key; a first contact alone binds nothing', async (t) => {
  const knownHostsFile = freshFile(t)
  const told: string[] = []
  const { port } = await startSuspectHost(t, {
    shell: ({ channel }) => {
      readStdin(channel, (stdin) => {
        const { nonce } = readRequest(stdin)
        const pin = /^host_pin=(.*)$/m.exec(stdin)?.[1] ?? ''
        told.push(pin)
        const is = told.length === 3 ? 'as-named' : 'unconfirmed'
        const spoken = reportBodies(vm, [], (line) => line.replace('is=as-named', `is=${is}`))
        finish(channel, numbered(nonce, spoken).join(''))
      })
    },
  })
  const given = { port, config: { knownHostsFile }, hostUuid: '89AB' }
  for (let times = 0; times < 3; times += 1) await fence(t, given)
  t.same(told, ['unconfirmed', 'unconfirmed', 'unconfirmed'], 'however often it is met')
  await waitFor(() => existsSync(`${knownHostsFile}.confirmed`))
  await fence(t, given)
  await fence(t, { ...given, hostUuid: '' })
  t.same(told.slice(3), ['bound', 'confirmed'])
})

const waitFor = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await turn(10)
}

test('what is heard is told from the connection on, and whatever comes after the login', async (t) => {
  const heard: string[] = []
  let state = 'connecting'
  const { port } = await startSuspectHost(t, {
    login: (context) => {
      state = 'logging in'
      context.accept()
    },
    shell: (shell) => {
      state = 'running'
      reporting(shell)
    },
  })
  await fence(t, { port, onHeard: () => heard.push(state) })
  t.equal(heard[0], 'connecting')
  t.ok(heard.includes('running'), heard.join())
})

test('a suspect that answers a login step by step is heard at each', async (t) => {
  const heard: string[] = []
  const { port } = await startSuspectHost(t, { login: () => undefined })
  const asked = { port, budgetMs: 2_500, onHeard: (address: string) => heard.push(address) }
  t.match(await fence(t, asked), { evidence: { because: 'login-stalled' } })
  t.same(heard, ['127.0.0.1', '127.0.0.1', '127.0.0.1'], 'connected, greeted, keys exchanged')
})

test('the host key of the first contact is asked for at the second', async (t) => {
  const knownHostsFile = freshFile(t)
  const first = generateKey()
  const one = await startSuspectHost(t, { hostKey: first, shell: reporting })
  const config = { knownHostsFile }
  t.match(await fence(t, { port: one.port, config }), { evidence: { kind: 'report' } })
  t.match(await fence(t, { port: one.port, config }), { evidence: { kind: 'report' } })
  for (const socket of one.sockets) socket.destroy()
  const changed = generateKey()
  const liar = await startSuspectHost(t, { hostKey: changed, address: '127.0.0.2', port: one.port })
  // The same name, so the same known key; the address leads to another host now.
  const lookup = () => Promise.resolve(['127.0.0.1'])
  const elsewhere = () => Promise.resolve(['127.0.0.2'])
  const addresses = [host('kvm-1.example')] as const
  const named = { port: one.port, addresses, config }
  t.match(await fence(t, { ...named, deps: { lookup } }), { evidence: { kind: 'report' } })
  const knownByName = { knownHostsFile: freshFile(t) }
  const learnt = { ...named, config: knownByName }
  t.match(await fence(t, { ...learnt, deps: { lookup } }), { evidence: { kind: 'report' } })
  const outcome = await fence(t, { ...learnt, deps: { lookup: elsewhere } })
  t.match(outcome, { evidence: { kind: 'refusal', because: 'host-key-changed' } })
  t.match(outcome.trail.detail, fingerprint(changed.publicKey))
  t.match(outcome.trail.hostKey, {
    shown: fingerprint(changed.publicKey),
    known: [/^SHA256:/],
  })
  t.not(outcome.trail.hostKey?.known[0], outcome.trail.hostKey?.shown)
  t.strictSame(liar.tried, [], 'and no credential went there')
})

test('a strict policy refuses a host that it does not know', async (t) => {
  const { port } = await startSuspectHost(t)
  const outcome = await fence(t, { port, config: { hostKeyPolicy: 'strict' } })
  t.match(outcome, { evidence: { kind: 'refusal', because: 'host-key-unknown' } })
})

test('what is wrong before the session, row by row', async (t) => {
  const { port } = await startSuspectHost(t)
  const unreadable = { knownHostsFile: tmpdir() }
  t.match(await fence(t, { port, config: unreadable }), {
    evidence: { kind: 'refusal', because: 'host-key-unknown' },
    trail: { address: '127.0.0.1', detail: /cannot be read/ },
  })
  const target = { password: undefined, privateKey: new Secret('not a key') }
  t.match(await fence(t, { port, target }), {
    evidence: { kind: 'own-trouble', because: 'credentials-unusable' },
  })
  t.match(await fence(t, { port: await closedPort() }), {
    evidence: { kind: 'refusal', because: 'connection-refused' },
    trail: { address: '127.0.0.1' },
  })
})

test('the system’s own resolver finds localhost', async (t) => {
  const { port } = await startSuspectHost(t, { shell: reporting })
  const outcome = await fence(t, { port, addresses: [host('localhost')] })
  t.match(outcome, { evidence: { kind: 'report' }, trail: { address: '127.0.0.1' } })
})

test('silence is handed on with every address, and is no evidence yet', async (t) => {
  const port = await startSilentPort(t)
  const clock = createWallClock(10)
  const deps = { clock }
  t.match(await fence(t, { port, deps }), {
    kind: 'no-contact',
    dials: [{ address: '127.0.0.1', tcp: 'silent' }],
    trail: { address: '' },
  })
  const many = Array.from({ length: 10 }, (_, index) => `fe80::${index + 1}%nosuchif0`)
  const lookup = () => Promise.resolve(many)
  const crowded = await fence(t, { port, deps: { lookup }, addresses: [host('many.example')] })
  if (crowded.kind !== 'no-contact') throw new Error(crowded.kind)
  t.equal(crowded.dials.length, 10)
  t.equal(crowded.dials.at(-1)?.tcp, 'not-run', 'what was not dialled is not silent')
})

test('a name without an address is never silence', async (t) => {
  const port = await startSilentPort(t)
  const lookup = (): Promise<readonly string[]> => Promise.reject(new Error('not found'))
  const deps = { clock: createWallClock(10), lookup }
  const asked: unknown[] = []
  const onAddresses = (addresses: unknown): unknown => asked.push(addresses)
  const unresolved = { evidence: { kind: 'own-trouble', because: 'name-not-resolved' } }
  const alone = await fence(t, { port, deps, addresses: [host('gone.example')], onAddresses })
  t.match(alone, unresolved)
  t.strictSame(asked, [])
  const both = [host('127.0.0.1'), host('gone.example')] as const
  t.match(await fence(t, { port, deps, addresses: both }), unresolved)
})

test('a stalled sshd is called so, also when the budget ends first', async (t) => {
  const { port } = await startRawHost(t, () => undefined)
  t.match(await fence(t, { port, budgetMs: 600 }), {
    evidence: { kind: 'refusal', because: 'banner-stalled' },
  })
})

test('a program that never says a word ends with the budget', async (t) => {
  const { port } = await startSuspectHost(t, { shell: () => undefined })
  const startMs = performance.now()
  t.match(await fence(t, { port, budgetMs: 2500 }), {
    evidence: { kind: 'refusal', because: 'report-missing' },
  })
  // A busy machine may add to it; without the budget it would take the login windows and more.
  t.ok(performance.now() - startMs < 4000)
})

test('an abort ends every phase soon', async (t) => {
  const silent = await startSilentPort(t)
  const stalled = await startRawHost(t, () => undefined)
  const running = await startSuspectHost(t, { shell: () => undefined })
  const hanging = (): Promise<readonly string[]> =>
    new Promise(() => {
      // Never.
    })
  const rows: readonly (readonly [string, Given])[] = [
    ['while it connects', { port: silent }],
    ['while it waits for sshd', { port: stalled.port }],
    ['while the program runs', { port: running.port }],
    ['while it resolves', { port: 22, addresses: [host('x.example')], deps: { lookup: hanging } }],
  ]
  for (const [sentence, given] of rows) {
    const stop = new AbortController()
    const asked: unknown[] = []
    const fencing = fence(t, {
      ...given,
      signal: stop.signal,
      onAddresses: (addresses) => asked.push(addresses),
    })
    setTimeout(() => {
      stop.abort()
    }, 300)
    t.match(await fencing, { evidence: { kind: 'out-of-time' } }, sentence)
    t.equal(asked.length, given.addresses === undefined ? 1 : 0)
  }
  const before = await fence(t, { port: silent, signal: AbortSignal.abort() })
  t.match(before, { evidence: { kind: 'out-of-time' } }, 'and one before the start')
})

test('what hangs for ever is left behind: within the budget, and soon after the signal', async (t) => {
  // A clock whose long waits never end stands for a disk or a resolver that does not come back.
  const real = createWallClock()
  const clock = {
    ...real,
    wait: async (ms: number, signal: AbortSignal) => {
      if (ms === 3000 || ms === 700) await new Promise(() => undefined)
      await real.wait(ms, signal)
    },
  }
  const lookup = (): Promise<readonly string[]> => new Promise(() => undefined)
  const given = { port: 22, addresses: [host('x.example')] as const, deps: { clock, lookup } }
  t.match(await fence(t, { ...given, budgetMs: 5000, signal: AbortSignal.timeout(100) }), {
    evidence: { kind: 'out-of-time' },
    trail: { phases: [{ phase: 'resolve' }] },
  })
  t.match(await fence(t, { ...given, budgetMs: 3400 }), { evidence: { kind: 'out-of-time' } })
})

test('a known hosts file that hangs does not keep the connection', async (t) => {
  const knownHostsFile = freshFile(t)
  execFileSync('mkfifo', [knownHostsFile])
  const closed: Promise<unknown>[] = []
  const { port } = await startRawHost(t, (socket) => {
    socket.resume()
    closed.push(new Promise((resolve) => socket.on('close', resolve)))
  })
  const outcome = await fence(t, { port, config: { knownHostsFile }, budgetMs: 1000 })
  t.match(outcome, { evidence: { kind: 'out-of-time' } })
  t.equal(closed.length, 1)
  await Promise.all(closed)
  // Lets the reader go, which would keep this process from ending.
  closeSync(openSync(knownHostsFile, 'r+'))
})

test('a fault of our own is a doubt, and its message stays here', async (t) => {
  const onAddresses = (): void => {
    throw new TypeError('hunter2-planted')
  }
  const outcome = await fence(t, { port: 22, onAddresses })
  t.match(outcome, {
    evidence: { kind: 'own-trouble', because: 'internal-error' },
    trail: { detail: 'a fault in the agent itself (TypeError)' },
  })
  t.notMatch(inspect(outcome, { depth: 9 }), 'hunter2')
  const odd = (): void => {
    throw 'hunter2-planted' as unknown as Error
  }
  t.match(await fence(t, { port: 22, onAddresses: odd }), {
    evidence: { kind: 'own-trouble', because: 'internal-error' },
    trail: { detail: 'a fault in the agent itself (thrown)' },
  })
})

test('no secret and no word of the suspect gets into an outcome', async (t) => {
  const planted = generateKey()
  const keyLine = planted.privateText.split('\n')[2] ?? ''
  const echo = 'REMOTE-WORDS'
  const shells: readonly ((shell: Shell) => void)[] = [
    ({ channel }) => finish(channel, `${echo} hunter2-planted\n`, 1, `${echo} hunter2-planted`),
    ({ channel }) => finish(channel, `${echo} hunter2-planted\n`),
    ({ socket }) => socket.destroy(),
  ]
  for (const shell of shells) {
    for (const user of ['root', 'fence']) {
      const { port } = await startSuspectHost(t, { shell })
      const target = { user, privateKey: new Secret(planted.privateText) }
      const seen = inspect(await fence(t, { port, target }), { depth: 9, showHidden: true })
      t.notMatch(seen, 'hunter2')
      t.notMatch(seen, keyLine)
      t.notMatch(seen, echo)
    }
  }
  const refusing = await startSuspectHost(t, { login: (context) => context.reject() })
  const refused = await fence(t, {
    port: refusing.port,
    target: { privateKey: new Secret(planted.privateText) },
  })
  t.match(refused, { evidence: { because: 'login-refused' } })
  t.notMatch(inspect(refused, { depth: 9 }), 'hunter2')
  const broken = new Secret(`${planted.privateText.slice(0, 200)} hunter2-planted`)
  const { port } = await startSuspectHost(t, { shell: reporting })
  const unusable = await fence(t, { port, target: { privateKey: broken } })
  t.notMatch(inspect(unusable, { depth: 9 }), 'hunter2')
})

test('an entry of ssh.logins in the place of what the request says', async (t) => {
  const ours = generateKey()
  const users: string[] = []
  const { port, commands } = await startSuspectHost(t, {
    shell: reporting,
    login: (context) => {
      users.push(context.username)
      if (context.method === 'publickey') context.accept()
      else context.reject()
    },
  })
  const entry: LoginEntry = {
    isFor: namedBy(['127.0.0.1']),
    user: 'fence',
    own: { keys: [new Secret(ours.privateText)], password: undefined },
    program: 'installed',
  }
  const config = { logins: { ...loginsWith(), entries: [entry] } }
  t.match(await fence(t, { port, config }), {
    evidence: { kind: 'report' },
    trail: { detail: 'by ssh.logins/0: the program reported' },
  })
  t.same([...new Set(users)], ['fence'])
  t.same(commands, ['exit 78'])
  const addresses = [host('127.0.0.1'), host('127.0.0.2')] as const
  t.match(await fence(t, { port, config, addresses }), {
    evidence: { kind: 'own-trouble', because: 'credentials-unusable' },
    trail: { detail: /does not name all of them$/ },
  })
  t.equal(commands.length, 1, 'nobody was asked')
})
