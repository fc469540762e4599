/**
 * A person at the command line of a peer: real agents, real hosts, real VMs, and the truth from
 * outside.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { bootHost, lab, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'
import { startLabPeer } from '../fixtures/lab/lab-peer.ts'

tap.setTimeout(300_000)

const run = promisify(execFile)
const mainFile = fileURLToPath(new URL('../../agent/main.js', import.meta.url))

interface Ended {
  readonly code: number
  readonly text: string
}

/** Whoever starts the tests may want no colour, or has no terminal. */
const environment = { ...process.env, NO_COLOR: '', TERM: 'xterm' }

const ended = async (command: string, ...args: readonly string[]): Promise<Ended> => {
  try {
    const { stdout, stderr } = await run(command, args, { timeout: 60_000, env: environment })
    return { code: 0, text: `${stdout}${stderr}` }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, text: `${stdout}${stderr}` }
  }
}

const peerfence = async (...args: readonly string[]): Promise<Ended> =>
  await ended(process.execPath, mainFile, ...args)

/** At a terminal of its own, as `script` makes one. */
const atTerminal = async (...args: readonly string[]): Promise<Ended> =>
  await ended('script', '-qec', [process.execPath, mainFile, ...args].join(' '), '/dev/null')

const startPeer = async (t: Test, witness: LabHost) => {
  const { agent, socket } = await startLabPeer(t, witness)
  return { agent, socket, config: join(agent.directory, 'peerfence.json') }
}

test('fence, history and ask, on hosts that are well, hang, and are gone', async (t) => {
  const [host, witness] = [await bootHost(), await bootHost('--no-libvirt')]
  const { agent, socket, config } = await startPeer(t, witness)
  const at = ['--socket', socket]

  const vm = newVmUuid()
  await host.startVm(vm)
  const dead = await atTerminal('fence', vm, host.address, ...at, '--explain')
  t.equal(dead.code, 0, dead.text)
  t.same(await host.living(vm), [], 'which is true')
  t.match(dead.text, /asked the agent, 20 s left/, 'it shows how long it may take')
  t.ok(dead.text.includes('\u001b[32mqemuConfirmedDead\u001b[0m destroyed'), dead.text)
  t.match(dead.text, /qemu \d+ \(started at tick \d+\): told by argv-uuid, .*gone after \d+ ms/)
  t.match(dead.text, /HA may start the VM elsewhere/)
  t.comment(`\n${dead.text.replaceAll('\u001b', '^[').replaceAll('\r', '^M')}`)

  const hung = newVmUuid()
  const disk = await lab('storage', 'make', host.name)
  await host.startVm(hung, '--disk', disk, '--cache', 'writethrough', '--aio', 'threads')
  await host.state('hang-storage', hung)
  const alive = await peerfence('fence', hung, host.address, ...at, '--timeout', '6')
  t.equal(alive.code, 2, alive.text)
  t.not((await host.living(hung)).length, 0, 'which is true')
  t.match(
    alive.text,
    /next: Task \d+ of qemu \d+ \(state D\) waits in percpu_rwsem_wait, that is for a file system that is frozen\./,
  )
  t.comment(`\n${alive.text}`)

  const gone = await bootHost('--no-libvirt')
  await gone.state('link-down')
  const silent = await atTerminal('fence', newVmUuid(), gone.address, ...at)
  t.equal(silent.code, 3, silent.text)
  t.match(silent.text, /the agent is at: connect, \d+ s left/, 'and which phase it is in')
  t.match(silent.text, /targetHostUnreachable/)

  const ask = async (...via: readonly string[]) =>
    await peerfence('ask', newVmUuid(), gone.address, '--via', via.join(','), '--quorum', '2')
  const one = `${new URL(agent.url).host}@one`
  const alone = await ask(one, `unix:${socket}@two`)
  t.equal(alone.code, 5, alone.text)
  t.match(alone.text, /two addresses of one agent are one/)
  const other = await startPeer(t, witness)
  const asked = await ask('127.0.0.1:1', one, `unix:${other.socket}@two`)
  t.equal(asked.code, 3, asked.text)
  t.match(asked.text, /127\.0\.0\.1:1: no answer: nothing listens there/)
  t.match(asked.text, /you accept the risk/)
  t.comment(`\n${asked.text}`)

  const last = await peerfence('history', '--config', config, '--vm', hung, '--last')
  t.match(last, { code: 0, text: /qemuStillAlive unkillable; asked by unix/ })
  const all = await peerfence('history', '--config', config, '--json')
  t.equal(all.text.trim().split('\n').length, 6, all.text)
  t.comment(`\n${(await peerfence('history', '--config', config)).text}`)
})

test('without an agent, by the configuration', async (t) => {
  const [host, witness] = [await bootHost('--no-libvirt'), await bootHost('--no-libvirt')]
  const { agent, config } = await startPeer(t, witness)
  const vm = newVmUuid()
  await host.startVm(vm, '--orphan')
  const alone = ['fence', vm, host.address, '--stand-alone', '--config', config]
  const held = await peerfence(...alone)
  t.not(held.code, 0)
  t.match(held.text, /nothing was begun: .*is held by another .*ask that agent/)
  t.not((await host.living(vm)).length, 0, 'which is true')
  await agent.kill()
  const dead = await peerfence(...alone)
  t.equal(dead.code, 0, dead.text)
  t.same(await host.living(vm), [])
  const lines = readFileSync(join(agent.directory, 'journal.jsonl'), 'utf8').trimEnd().split('\n')
  t.match(
    lines.map((line) => JSON.parse(line) as unknown),
    [{ type: 'intent' }, { type: 'outcome', reason: 'destroyed' }],
    'in the journal of the agent that was there',
  )
})
