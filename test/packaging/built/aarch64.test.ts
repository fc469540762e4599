/** The agent of the other architecture, under qemu. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'tap'
import { capabilities } from '../../../agent/contract/reply/health-reply.ts'
import { debOf, unpackDeb, version } from '../../fixtures/values/packages.ts'

test('it answers', { timeout: 180_000 }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'peerfence-aarch64-'))
  t.teardown(() => {
    rmSync(directory, { recursive: true })
  })
  unpackDeb(debOf('aarch64'), directory)
  const inside = (path: string): string => join(directory, 'usr/lib/peerfence', path)
  // What the launcher runs, in folders of its own.
  const launcher = readFileSync(join(directory, 'usr/bin/peerfence'), 'utf8')
  const [, flags = ''] =
    /^exec \/usr\/lib\/peerfence\/bin\/node (.*) \/usr\/lib\/peerfence\/agent\/main\.cjs/m.exec(
      launcher,
    ) ?? []
  const words = [
    '-L',
    '/usr/aarch64-linux-gnu',
    inside('bin/node'),
    flags,
    inside('agent/main.cjs'),
  ]
  // Without the environment of the test runner, which would load itself into this Node, too.
  const clean = ['-i', `PATH=${process.env['PATH'] ?? ''}`, 'qemu-aarch64-static', ...words]
  t.match(
    execFileSync('env', [...clean, '--version'], { encoding: 'utf8' }),
    new RegExp(`^peerfence ${version} \\(commit [^,]+, Node\\.js 24\\.21\\.0\\)\n$`),
  )
  const file = join(directory, 'peerfence.json')
  writeFileSync(
    file,
    JSON.stringify({
      http: { listeners: [{ at: '127.0.0.1:0' }] },
      journal: { file: join(directory, 'journal.jsonl') },
      ssh: { knownHostsFile: join(directory, 'known_hosts') },
      suspects: { allowLoopback: true },
    }),
  )
  const startedMs = performance.now()
  const child = spawn('env', [...clean, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  let address = ''
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, addresses = [] } = JSON.parse(line) as { msg?: string; addresses?: string[] }
    if (msg !== 'agent is ready') continue
    address = addresses[0] ?? ''
    break
  }
  child.stdout.resume()
  t.comment(`aarch64 under qemu | ready | ${Math.round(performance.now() - startedMs)} ms`)
  const { agentId, ...told } = (await (await fetch(`${address}/version`)).json()) as {
    readonly agentId?: string
  }
  t.match(agentId, /^[0-9a-f-]{36}$/)
  t.same(told, { name: 'peerfence', version, capabilities })
  const answer = await fetch(`${address}/ha/fence/vm/from/peer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // Nobody listens at this port.
    body: JSON.stringify({
      vmUuid: '11111111222243338444555555555555',
      targetHostIp: '127.0.0.1',
      targetHostSshPort: 1,
      targetHostPassword: 'x',
      sshTimeoutSec: 60,
    }),
  })
  t.match(await answer.json(), {
    success: false,
    verdict: 'qemuStillAlive',
    reason: 'connection-refused',
  })
  child.kill('SIGTERM')
  t.same(await exited, [0, null])
})
