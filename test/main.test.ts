// runs in a process of its own: it starts many agents, and others can run meanwhile
/** The process as a service manager sees it: output, signals, exit codes. */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { command, fenceUrl } from './fixtures/servers/agent-server.ts'
import { outcomeLine } from '../agent/journal/records.ts'
import { fenceRecord } from './fixtures/values/fence-records.ts'
import { startSuspectHost } from './fixtures/servers/suspect-host.ts'

const main = fileURLToPath(new URL('../agent/main.js', import.meta.url))

interface Run {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  readonly exit: Promise<number | null>
}

const run = (...args: readonly string[]): Run => {
  const env = {
    ...process.env,
    PEERFENCE_CONFIG: '',
    PEERFENCE_LISTEN: '',
    PEERFENCE_LOG_LEVEL: '',
  }
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const exit = once(child, 'close').then(([code]) => code as number | null)
  return { child, out: () => out, err: () => err, exit }
}

/** Resolves with the log line that has the words; rejects when the process ends before. */
const line = async (
  { child, out, err, exit }: Run,
  words: string,
): Promise<Record<string, unknown>> => {
  for (;;) {
    const found = out()
      .split('\n')
      .slice(0, -1)
      .find((one) => one.includes(words))
    if (found !== undefined) return JSON.parse(found) as Record<string, unknown>
    if (child.exitCode !== null || child.signalCode !== null || child.stdout === null)
      throw new Error(`no "${words}" in: ${out()}${err()}`)
    await Promise.race([once(child.stdout, 'data'), exit])
  }
}

const config = (directory: string, value: object = {}): string => {
  const file = join(directory, 'peerfence.json')
  const journal = { file: join(directory, 'journal.jsonl') }
  writeFileSync(
    file,
    JSON.stringify({ http: { listeners: [{ at: '127.0.0.1:0' }] }, journal, ...value }),
  )
  return file
}

test('help, version, wrong usage', async (t) => {
  const [help, version, wrong] = [run('--help'), run('--version'), run('serve', '--port', '1')]
  t.equal(await help.exit, 0)
  t.match(help.out(), /^usage: peerfence serve/)
  t.equal(await version.exit, 0)
  t.match(
    version.out(),
    /^peerfence \d+\.\d+\.\d+ \(checkout of ([0-9a-f]{12}(-dirty)?|unknown), Node\.js \d+\.\d+\.\d+\)\n$/,
  )
  t.equal(await wrong.exit, 64)
  t.match(wrong.err(), /^peerfence: .*--port[^]*usage:/)
  t.equal(wrong.out(), '')
})

test('config check, good and bad', async (t) => {
  const file = config(t.testdir({}))
  const good = run('config', 'check', '--config', file)
  t.equal(await good.exit, 0)
  t.equal(good.out(), `${file}: no faults\n`)
  const bad = config(t.testdir({}), {
    fence: { holdMs: -1 },
    http: { listeners: [{ at: 'x' }], port: 1 },
  })
  for (const words of [['config', 'check'], ['serve']]) {
    const faulty = run(...words, '--config', bad)
    t.equal(await faulty.exit, 78)
    t.same(faulty.err().trimEnd().split('\n').length, 3, 'every fault has its line')
    t.match(faulty.err(), /: \/http\/port: no such property\n/)
    t.match(faulty.err(), /: \/fence\/holdMs: must be >= 50\n/)
  }
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`serves until ${signal}, then exits 0`, async (t) => {
    const agent = run('serve', '--config', config(t.testdir({})))
    const { addresses } = await line(agent, 'agent is ready')
    const [address] = addresses as readonly string[]
    const answer = await fetch(`${String(address)}${fenceUrl}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command({ targetHostIp: '127.0.0.1' })),
    })
    t.equal(answer.status, 403)
    agent.child.kill(signal)
    t.equal(await agent.exit, 0)
    t.match(agent.out(), /agent has stopped/)
    t.equal(agent.err(), '')
  })
}

test('SIGHUP reads the file anew, and a file with faults changes nothing', async (t) => {
  const file = config(t.testdir({}))
  const agent = run('serve', '--config', file)
  const { addresses } = await line(agent, 'agent is ready')
  const [address] = addresses as readonly string[]
  const good = readFileSync(file, 'utf8')
  writeFileSync(file, good.replace('"127.0.0.1:0"', '"127.0.0.1:0","allowFrom":["192.0.2.0/24"]'))
  t.equal((await fetch(`${String(address)}/healthz`)).status, 200)
  agent.child.kill('SIGHUP')
  await line(agent, 'configuration reloaded')
  t.equal((await fetch(`${String(address)}/healthz`)).status, 403)
  writeFileSync(file, '{')
  agent.child.kill('SIGHUP')
  await line(agent, 'configuration not reloaded')
  t.equal((await fetch(`${String(address)}/healthz`)).status, 403)
  agent.child.kill('SIGTERM')
  t.equal(await agent.exit, 0)
})

test('a second signal ends it at once', async (t) => {
  const agent = run('serve', '--config', config(t.testdir({})))
  const { addresses } = await line(agent, 'agent is ready')
  const [address] = addresses as readonly string[]
  // A connection that says nothing keeps the first signal busy for a moment.
  const { port } = new URL(String(address))
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  agent.child.kill('SIGTERM')
  await line(agent, 'agent is stopping')
  agent.child.kill('SIGINT')
  t.equal(await agent.exit, 1)
  socket.destroy()
})

test('what cannot start says every fault in a line each', async (t) => {
  const directory = t.testdir({})
  const ssh = { identityFiles: ['/nowhere/key'] }
  const agent = run('serve', '--config', config(directory, { journal: { file: directory }, ssh }))
  t.equal(await agent.exit, 78)
  t.equal(agent.out(), '')
  t.match(agent.err(), /^peerfence: \S+:1:\d+: \/ssh\/identityFiles\/0: .*\n.*regular file\n$/)
})

test('a place that another has is told in a line', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const http = { listeners: [{ at: `127.0.0.1:${port}` }] }
  const agent = run('serve', '--config', config(t.testdir({}), { http }))
  t.equal(await agent.exit, 1)
  t.equal(agent.out(), '')
  t.match(agent.err(), new RegExp(`does not start: 127.0.0.1 port ${port} is in use: .*\n$`))
})

test('what goes to journald bears priorities', async (t) => {
  const directory = t.testdir({})
  const file = config(directory, { probe: { silenceSec: 5 } })
  const program = `import { fstatSync } from 'node:fs'
    const { dev, ino } = fstatSync(2)
    process.env.JOURNAL_STREAM = dev + ':' + ino
    process.argv.splice(1, 0, 'x')
    await import(${JSON.stringify(main)})`
  const args = ['--input-type=module', '-e', program, 'serve', '--config', file]
  const log = openSync(join(directory, 'log'), 'w+')
  const child = spawn(process.execPath, args, { stdio: ['ignore', log, log] })
  const exit = once(child, 'close')
  const written = () => readFileSync(`/proc/self/fd/${log}`, 'utf8')
  while (!written().includes('agent is ready')) {
    if (child.exitCode !== null) throw new Error(written())
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  child.kill('SIGTERM')
  await exit
  t.match(written(), /^<4>peerfence: .*warning: .*\n<6>\{"level":"info"/)
})

test('Ctrl-C in a fence says that it goes on, and ends with a code of its own', async (t) => {
  const socket = join(mkdtempSync(join(tmpdir(), 'peerfence-')), 's')
  // It takes the question and gives no answer.
  const agent = createServer((one) => {
    one.on('error', () => undefined)
    one.once('data', () => fencing.child.kill('SIGINT'))
  }).listen(socket)
  t.teardown(() => {
    agent.close()
    rmSync(dirname(socket), { recursive: true })
  })
  await once(agent, 'listening')
  const vm = '11111111222243338444555555555555'
  const fencing = run('fence', vm, '192.0.2.7', '--socket', socket)
  t.equal(await fencing.exit, 130)
  t.match(fencing.err(), `\nthe fence goes on in the agent`)
  t.match(fencing.err(), `peerfence history --vm ${vm} --last\n`)
  t.equal(fencing.out(), '')
})

/** Runs the agent with a few lines of its own before it, which break it from inside. */
const runBroken = async (file: string, lines: string, isReady: boolean) => {
  const program = `${lines}; process.argv.splice(1, 0, 'x'); await import(${JSON.stringify(main)})`
  const args = ['--input-type=module', '-e', program, 'serve', '--config', file]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  const exit = once(child, 'close')
  if (isReady) {
    while (!out.includes('agent is ready') && child.exitCode === null) {
      await Promise.race([once(child.stdout, 'data'), exit])
    }
    child.kill('SIGUSR2')
  }
  const [status] = (await exit) as [number | null]
  return { status, out }
}

test('a bug anywhere ends it with a last line and exit 1', async (t) => {
  const file = config(t.testdir({}))
  const rows = [
    ['a throw', 'agent ended by a bug', 'setTimeout(() => { throw new Error("planted") }, 1)'],
    ['a rejection', 'agent ended by a bug', 'Promise.reject(new Error("planted"))'],
    [
      'a bug while it stops',
      'agent failed to stop',
      // The only wait of exactly this length is the one for callers to read their answers.
      `const whole = setTimeout
       globalThis.setTimeout = (run, ms, ...more) => {
         if (ms === 2000) throw new Error('planted')
         return whole(run, ms, ...more)
       }
       process.kill(process.pid, 'SIGTERM')`,
    ],
  ] as const
  for (const [title, words, code] of rows) {
    const lines = `process.on('SIGUSR2', () => { ${code} })`
    const { status, out } = await runBroken(file, lines, true)
    t.equal(status, 1, title)
    t.match(out, new RegExp(`"level":"fatal".*planted.*${words}`), title)
  }
})

test('a bug while it starts ends it with a last line and exit 1', async (t) => {
  const lines = `import http from 'node:http'
    import { syncBuiltinESMExports } from 'node:module'
    http.createServer = () => { throw new TypeError('planted') }
    syncBuiltinESMExports()`
  const { status, out } = await runBroken(config(t.testdir({})), lines, false)
  t.equal(status, 1)
  t.match(out, /"level":"fatal".*planted.*agent failed to start/)
})

test('a process whose loop runs dry before its subcommand has ended has not succeeded', async (t) => {
  const lines = `import fs from 'node:fs/promises'
    import { syncBuiltinESMExports } from 'node:module'
    for (const name of ['open', 'readFile']) {
      const real = fs[name]
      fs[name] = (file, ...more) =>
        String(file).endsWith('.json') ? new Promise(() => {}) : real(file, ...more)
    }
    syncBuiltinESMExports()`
  const { status, out } = await runBroken(config(t.testdir({})), lines, false)
  t.equal(status, 1)
  t.equal(out, '')
})

test('a signal before it is ready ends it quietly', async (t) => {
  const lines = `process.on('newListener', (name) => {
    if (name === 'SIGINT') process.nextTick(() => process.emit('SIGTERM', 'SIGTERM'))
  })`
  const { status, out } = await runBroken(config(t.testdir({})), lines, false)
  t.equal(status, 0)
  t.notMatch(out, /ready/)
})

const isWithTerminal = spawnSync('script', ['--version']).status === 0
test('trust asks at a terminal', { skip: !isWithTerminal && 'needs script(1)' }, async (t) => {
  const { port } = await startSuspectHost(t)
  const directory = t.testdir({})
  const knownHostsFile = join(directory, 'known_hosts')
  const file = config(directory, { ssh: { knownHostsFile } })
  const words = [process.execPath, main, 'trust', '--config', file, `127.0.0.1:${port}`]
  for (const [answer, code] of [
    ['no', 1],
    ['yes', 0],
  ] as const) {
    const child = spawn('script', ['-qec', words.join(' '), '/dev/null'], { stdio: 'pipe' })
    let out = ''
    const exit = once(child, 'close')
    for await (const chunk of child.stdout) {
      out += String(chunk)
      if (out.includes('(yes, no') && child.stdin.writable) child.stdin.end(`${answer}\n`)
    }
    t.match(await exit, [code], out)
  }
  t.match(readFileSync(knownHostsFile, 'latin1'), `[127.0.0.1]:${port} ssh-ed25519 `)
})

test('a reader that goes away changes no exit code and gets no trace', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'journal.jsonl')
  writeFileSync(file, outcomeLine(fenceRecord(), '2026-11-22T00:00:00Z').repeat(3))
  const history = ['history', '--journal', file, '--limit', '9999', '--json']
  const { child, exit, err } = run(...history)
  child.stdout?.destroy()
  t.equal(await exit, 0)
  t.equal(err(), '')
})
