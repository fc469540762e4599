// runs in a process of its own: it changes the environment
/**
 * Secrets with a mark, in every place where a caller or an operator may put one, through a real
 * agent at log level trace that meets suspects of every kind; then a search of all that it said and
 * wrote.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import tap, { test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import type { AgentProcess } from '../fixtures/servers/agent-process.ts'
import { api } from '../../agent/contract/api/api.ts'
import { fenceUrl } from '../fixtures/servers/agent-server.ts'
import { newVm } from '../fixtures/servers/local-program.ts'
import { rawClient } from '../fixtures/servers/raw-http.ts'
import { startRawHost, startSilentPort } from '../fixtures/servers/raw-host.ts'
import type { Scope } from '../fixtures/servers/raw-host.ts'
import { filesBelow, formsOf, hunt, watchProcesses } from '../fixtures/values/secret-hunt.ts'
import type { Planted } from '../fixtures/values/secret-hunt.ts'
import { readRequest } from '../fixtures/values/report-text.ts'
import {
  finish,
  generateKey,
  readStdin,
  startSuspectHost,
} from '../fixtures/servers/suspect-host.ts'

tap.setTimeout(120_000)

const mainFile = fileURLToPath(new URL('../../agent/main.js', import.meta.url))

const mark = (what: string, text: string): Planted => ({ what, text })
const password = mark('the password', 'Zq7-Pw/äß+"kd93 vN\\x')
const garbageKey = mark('the key that is none', 'Wj4GarbageKeyHk28dLz')
const bearer = mark('the authorization', 'Vx9BearerTokenMs61pQy')
const queried = mark('the word in the address', 'Ub3QueryWordRt74sGn')
const misplaced = mark('the secret in a wrong place', 'Ty5MisplacedFw80cJe')
const callerKey = generateKey('rsa')
const ownKey = generateKey('rsa')
const ownGarbage = mark('what is in the identity file that is no key', 'Xc6IdentityNoiseBd57')

/** Any line of a key is enough to know it by. */
const linesOf = (
  what: string,
  { privateText }: { readonly privateText: string },
): readonly Planted[] =>
  privateText
    .split('\n')
    .filter((line) => line.length > 30 && !line.startsWith('-----'))
    .map((line) => mark(what, line))

const secrets = [
  password,
  garbageKey,
  bearer,
  queried,
  misplaced,
  ownGarbage,
  ...linesOf('the key of the request', callerKey),
  ...linesOf('the key of the agent', ownKey),
]

test('a secret is found in every form', async (t) => {
  const { text } = password
  const spoken = [
    `error: ${text}`,
    JSON.stringify({ deep: [text] }),
    `/path?x=${encodeURIComponent(text)}`,
    Buffer.from(`x${text}y`).toString('hex'),
    ...['', 'x', 'xy', 'xyz'].map((front) => Buffer.from(`${front}${text}tail`).toString('base64')),
    Buffer.from(`xx${text}`).toString('base64url'),
    Buffer.from(text).toString('latin1'),
  ]
  for (const [index, one] of spoken.entries()) {
    t.strictSame(hunt(new Map([['it', one]]), [password]), ['the password in it'], String(index))
  }
  t.strictSame(hunt(new Map([['it', 'nothing']]), secrets), [])
  for (const form of formsOf(text)) t.ok(form.length >= 8, form)
})

/** Suspects that get the credentials and do with them what they like. */
const suspects = async (t: Scope) => {
  const parrot = await startSuspectHost(t, {
    shell: ({ channel }) => {
      readStdin(channel, (stdin) => {
        const said = `${password.text} ${bearer.text} ${stdin.slice(0, 200)}\n`
        finish(
          channel,
          `${said}PF1 ${readRequest(stdin).nonce} 1 begin ${password.text}\n`,
          0,
          said,
        )
      })
    },
  })
  const refusing = await startSuspectHost(t, {
    login: (context) => {
      context.reject(['password', 'publickey', 'keyboard-interactive'])
    },
  })
  const asking = await startSuspectHost(t, {
    login: (context) => {
      if (context.method !== 'keyboard-interactive') context.reject(['keyboard-interactive'])
      else
        context.prompt(`repeat ${password.text}`, 'Password:', () => {
          context.reject()
        })
    },
  })
  const stalling = await startSuspectHost(t, { login: () => undefined })
  const junk = await startRawHost(t, (socket) => socket.write(`${password.text}\n`.repeat(4000)))
  const dropping = await startRawHost(t, (socket) => socket.destroy())
  const changed = await startSuspectHost(t)
  return {
    parrot,
    refusing,
    asking,
    stalling,
    junk,
    dropping,
    changed,
    silent: { port: await startSilentPort(t) },
  }
}

const credentials: readonly (readonly [string, object])[] = [
  ['a password', { targetHostPassword: password.text }],
  ['a key', { targetHostPrivateKey: callerKey.privateText }],
  ['a key that is none', { targetHostPrivateKey: garbageKey.text }],
  ['both', { targetHostPassword: password.text, targetHostPrivateKey: callerKey.privateText }],
  ['none, so that the agent uses its own', {}],
]

const good = { vmUuid: newVm(), targetHostIp: '192.0.2.1' }
const asked = (text: string): string => JSON.stringify({ ...good, targetHostIp: text })

/** Requests that are turned away, each with a secret where none belongs. */
const badRequests: readonly (readonly [
  string,
  string,
  Readonly<Record<string, string>>,
  string,
])[] = [
  [
    'a password of another type',
    fenceUrl,
    {},
    JSON.stringify({ ...good, targetHostPassword: [misplaced.text] }),
  ],
  [
    'a password that is an object',
    fenceUrl,
    {},
    JSON.stringify({ ...good, targetHostPassword: { [misplaced.text]: 1 } }),
  ],
  [
    'a password with NUL',
    fenceUrl,
    {},
    JSON.stringify({ ...good, targetHostPassword: `${password.text}\0` }),
  ],
  [
    'a password that is too long',
    fenceUrl,
    {},
    JSON.stringify({ ...good, targetHostPassword: password.text.repeat(99) }),
  ],
  [
    'a key that is too long',
    fenceUrl,
    {},
    JSON.stringify({ ...good, targetHostPrivateKey: callerKey.privateText.repeat(20) }),
  ],
  [
    'JSON that is cut behind it',
    fenceUrl,
    {},
    JSON.stringify({ targetHostPassword: password.text }).slice(0, -1),
  ],
  ['JSON that breaks at it', fenceUrl, {}, `{"targetHostPassword":${misplaced.text}}`],
  ['JSON that breaks within it', fenceUrl, {}, `{"targetHostPassword":"${misplaced.text}\n"}`],
  ['no JSON at all', fenceUrl, {}, misplaced.text],
  ['a vmUuid', fenceUrl, {}, JSON.stringify({ ...good, vmUuid: misplaced.text })],
  ['an address', fenceUrl, {}, asked(`${misplaced.text}/`)],
  ['a user', fenceUrl, {}, JSON.stringify({ ...good, targetHostUsername: `${misplaced.text} x` })],
  ['a port', fenceUrl, {}, JSON.stringify({ ...good, targetHostSshPort: misplaced.text })],
  [
    'an unknown field beside a wrong one',
    fenceUrl,
    {},
    JSON.stringify({ ...good, vmUuid: 1, more: { deep: misplaced.text } }),
  ],
  ['a path', `/${queried.text}`, {}, '{}'],
  ['a word of the query', `${fenceUrl}?explain=${queried.text}`, {}, '{}'],
  ['a query', `${fenceUrl}?password=${queried.text}`, {}, '{}'],
  ['a path that is cut', `/%${queried.text}`, {}, '{}'],
  ['a content type', fenceUrl, { 'content-type': misplaced.text }, '{}'],
  ['a request id', fenceUrl, { 'x-request-id': `${misplaced.text} ${misplaced.text}` }, '{}'],
  [
    'many headers',
    fenceUrl,
    {
      cookie: misplaced.text,
      'proxy-authorization': bearer.text,
      'x-password': password.text.replaceAll(/[^ -~]/g, ''),
    },
    '{}',
  ],
]

const ask = async (agent: AgentProcess, path: string, headers: object, body: string) => {
  const response = await fetch(`${agent.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${bearer.text}`,
      ...headers,
    },
    body,
  })
  return `${[...response.headers].join('\n')}\n${await response.text()}`
}

const rawRequests = [
  `POST ${fenceUrl} HTTP/1.1\r\nhost: a\r\nauthorization: ${bearer.text}\r\nbad header ${misplaced.text}\r\n\r\n`,
  `${misplaced.text} / HTTP/1.1\r\n\r\n`,
  `POST ${fenceUrl} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 999\r\nconnection: close\r\n\r\n{"targetHostPassword":"${misplaced.text}`,
  `GET /${queried.text} HTTP/${misplaced.text}\r\n\r\n`,
]

test('no secret leaves the agent, whatever it meets', async (t) => {
  const temp = mkdtempSync(join(tmpdir(), 'peerfence-planted-'))
  const [keyFile, noiseFile] = [join(temp, 'own_key'), join(temp, 'own_noise')]
  writeFileSync(keyFile, ownKey.privateText, { mode: 0o600 })
  writeFileSync(noiseFile, ownGarbage.text, { mode: 0o600 })
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = temp
  const agent = await startAgent({
    ssh: { identityFiles: [keyFile] },
    suspects: { allowLoopback: true, pidNamespace: 'nested' },
  })
  if (before === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = before
  t.teardown(async () => {
    await agent.stop()
    rmSync(temp, { recursive: true, force: true })
  })
  const watch = watchProcesses(agent.pid)
  const places = new Map<string, string>()
  await startAgent({ ssh: { identityFiles: [noiseFile] } }).then(
    async (other) => {
      t.fail('a key that is none stops the start')
      await other.stop()
    },
    (error: unknown) => places.set('a start with a key that is none', String(error)),
  )
  const hosts = await suspects(t)
  agent.trust(`[127.0.0.1]:${hosts.changed.port} ${generateKey().publicText}`)

  const reasons = new Map<string, number>()
  const fenceAll = async (kind: string, port: number): Promise<void> => {
    const fences = credentials.map(async ([how, part]) => {
      const sshTimeoutSec = kind === 'silent' ? 8 : 5
      const target = { targetHostIp: '127.0.0.1', targetHostSshPort: port, sshTimeoutSec }
      const text = await ask(
        agent,
        `${fenceUrl}?explain=1`,
        {},
        JSON.stringify({ vmUuid: newVm(), ...target, ...part }),
      )
      const reason = /"reason":"([a-z-]+)"/.exec(text)?.[1] ?? 'none'
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      places.set(`the answer of ${kind} to ${how}`, text)
    })
    await Promise.all(fences)
  }
  const { silent, stalling, ...quick } = hosts
  // Those that answer share this process's time, so that they come one after the other.
  const lane = async (): Promise<void> => {
    for (const [kind, { port }] of Object.entries(quick)) await fenceAll(kind, port)
  }
  await Promise.all([fenceAll('silent', silent.port), fenceAll('stalling', stalling.port), lane()])
  for (const [what, path, headers, body] of badRequests) {
    const text = await ask(agent, path, headers, body)
    t.match(text, '"success":false', what)
    places.set(`the answer to ${what}`, text)
  }
  for (const bytes of rawRequests) {
    const { hostname, port } = new URL(agent.url)
    const client = await rawClient({ host: hostname, port: Number(port) })
    client.socket.end(bytes)
    places.set(`the answer to ${JSON.stringify(bytes)}`, await client.closed)
  }
  for (const { path } of api.filter(({ method }) => method === 'GET')) {
    const response = await fetch(`${agent.url}${path}`)
    t.equal(response.status, 200, path)
    places.set(`the answer of ${path}`, await response.text())
  }
  t.equal((await fetch(`${agent.url}/healthz`)).status, 200)

  // In the middle of a fence the power goes; the next agent finds what is left.
  const vmUuid = newVm()
  const cut = agent
    .fence({
      vmUuid,
      targetHostIp: '127.0.0.1',
      targetHostSshPort: hosts.stalling.port,
      targetHostPassword: password.text,
    })
    .catch(() => 'cut off')
  while (!agent.written().journal.includes(vmUuid)) await sleep(5)
  await agent.kill()
  t.equal(await cut, 'cut off')
  for (const [place, content] of watch.stop()) places.set(place, content)
  const { log } = agent.written()
  places.set('the log', log)
  const again = await startAgent({ ssh: { identityFiles: [keyFile] } }, agent.directory)
  places.set('the log of the next agent', again.written().log)
  await again.kill()
  for (const [file, content] of filesBelow(agent.directory, [keyFile, noiseFile]))
    places.set(file, content)
  for (const [file, content] of filesBelow(temp, [keyFile, noiseFile])) places.set(file, content)

  for (const reason of [
    'login-refused',
    'login-stalled',
    'host-key-changed',
    'report-invalid',
    'handshake-failed',
    'connection-dropped',
    'credentials-unusable',
  ]) {
    t.ok(reasons.has(reason), `${reason} was met`)
  }
  t.ok(
    [...places.keys()].some((place) => place.startsWith('cmdline of')),
    'its children were seen',
  )
  t.match(readFileSync(join(agent.directory, 'journal.jsonl'), 'utf8'), /"interrupted"/)
  t.match(log, /request turned away/)
  t.strictSame(hunt(places, secrets), [])
  const bytes = [...places.values()].reduce((sum, text) => sum + text.length, 0)
  t.comment(
    `secrets searched for in ${places.size} places | ${secrets.length} secrets | ${bytes} bytes, ${[...reasons].map(([reason, count]) => `${reason}: ${count}`).join(', ')}`,
  )
})

test('an agent that cannot start says why without what it read', async (t) => {
  const folder = t.testdir({})
  const rows: readonly (readonly [string, string])[] = [
    ['a file that is cut', `{"ssh":{"identityFiles":["/${misplaced.text}"]`],
    ['a file that breaks at it', `{"password": ${misplaced.text}}`],
    ['a file that is a key', ownKey.privateText],
    ['a value of a wrong type', JSON.stringify({ ssh: { connectWindowMs: misplaced.text } })],
    ['a word that is none', JSON.stringify({ log: { level: misplaced.text } })],
    ['a listener that is none', JSON.stringify({ http: { listen: misplaced.text } })],
    ['a network that is none', JSON.stringify({ suspects: { networks: [misplaced.text] } })],
    ['a property that is none', JSON.stringify({ ssh: { password: misplaced.text } })],
  ]
  const places = new Map<string, string>()
  for (const [index, [what, text]] of rows.entries()) {
    const file = join(folder, `${index}.json`)
    writeFileSync(file, text)
    const child = spawn(process.execPath, [mainFile, 'serve', '--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    t.equal(code, 78, `${what}: ${said}`)
    places.set(`what is said to ${what}`, said)
  }
  t.strictSame(hunt(places, secrets), [])
})
