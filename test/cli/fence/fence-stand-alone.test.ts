import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { openJournal } from '../../../agent/journal/journal.ts'
import { call } from '../../fixtures/worlds/command-line.ts'
import { endStandIn, isAlive, newVm, standIn } from '../../fixtures/servers/local-program.ts'
import { startShellHost } from '../../fixtures/servers/shell-host.ts'

/** Whether another user can read what is built here. */
const isOpenToAll = (folder: string): boolean =>
  (statSync(folder).mode & 0o001) !== 0 && (folder === '/' || isOpenToAll(dirname(folder)))

const openServer = (t: Test, config: object = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'peerfence-alone-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const configFile = join(folder, 'peerfence.json')
  const journalFile = join(folder, 'state', 'journal.jsonl')
  const write = (more: object = {}) => {
    writeFileSync(
      configFile,
      JSON.stringify({
        journal: { file: journalFile },
        suspects: { allowLoopback: true, pidNamespace: 'nested' },
        ...config,
        ...more,
      }),
    )
  }
  write()
  const fence = async (...args: readonly string[]) =>
    await call(['fence', ...args, '--stand-alone', '--config', configFile], {
      env: { SUDO_USER: 'ann\n' },
    })
  return { folder, write, journalFile, fence }
}

test('a process is killed, proven and journalled without an agent', async (t) => {
  const host = await startShellHost('pw-alone')
  t.teardown(host.close)
  const vm = newVm()
  const qemu = await standIn('/usr/libexec/qemu-kvm', '-uuid', vm)
  t.teardown(async () => {
    await endStandIn(qemu)
  })
  const { folder, write, journalFile, fence } = openServer(t)
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, 'pw-alone', { mode: 0o600 })
  write({
    ssh: {
      knownHostsFile: join(folder, 'known_hosts'),
      logins: [{ hosts: ['127.0.0.1'], user: 'root', passwordFile }],
    },
  })
  const told = await fence(vm, '127.0.0.1', '--port', String(host.port), '--explain')
  t.match(told, { code: 0, err: '', out: /^qemuConfirmedDead destroyed\n/ })
  t.match(told.out, /ann\? on the command line asks for VM/)
  t.notOk(isAlive(qemu))
  const lines = readFileSync(journalFile, 'utf8').trimEnd().split('\n')
  t.match(
    lines.map((line) => JSON.parse(line) as unknown),
    [
      { type: 'intent', askedBy: 'ann? on the command line' },
      { type: 'outcome', verdict: 'qemuConfirmedDead' },
    ],
  )
  t.notMatch(lines.join('') + told.out, /pw-alone/)
})

test('it speaks with the voter of the agent of this host', async (t) => {
  const { folder, fence } = openServer(t)
  const refused = [newVm(), '127.0.0.1', '--port', '1', '--timeout', '1', '--json']
  const told = [await fence(...refused), await fence(...refused)]
  const id = readFileSync(join(folder, 'state', 'agent-id'), 'utf8').trim()
  for (const { code, out } of told) {
    t.equal(code, 2)
    t.ok(out.includes(`"agentId":"${id}"`), out)
  }
})

test('the rules of the door hold without a door', async (t) => {
  const { fence, write, journalFile } = openServer(t, {
    suspects: { networks: ['198.51.100.0/24'] },
  })
  const vm = newVm()
  t.match(await fence(vm, '192.0.2.7'), { code: 4, err: /FENCE_TARGET_NOT_ALLOWED/, out: '' })
  write({ suspects: {} })
  t.match(await fence(vm, '127.0.0.1'), { code: 4, err: /FENCE_TARGET_IS_OWN_HOST/, out: '' })
  t.notOk(existsSync(journalFile), 'and nothing was begun')
})

test('phase and seconds left, where somebody looks', async (t) => {
  const { folder } = openServer(t)
  const args = [newVm(), '127.0.0.1', '--port', '1', '--timeout', '2', '--stand-alone']
  const config = ['--config', join(folder, 'peerfence.json')]
  const told = await call(['fence', ...args, ...config], { isErrTerminal: true })
  t.match(told.err, /(begins|connect|resolve), 2 s left/)
  t.equal(told.code, 2)
})

test('nobody is there: a refusal, with its code', async (t) => {
  const { fence } = openServer(t)
  const told = await fence(newVm(), '127.0.0.1', '--port', '1', '--timeout', '2', '--json')
  t.match(told, { code: 2 })
  t.match(JSON.parse(told.out), { reason: 'connection-refused' })
})

test('without a journal nothing is begun', async (t) => {
  const { fence } = openServer(t, { journal: { file: '/dev/null/journal' } })
  const told = await fence(newVm(), '127.0.0.1')
  t.match(told, { code: 1, out: '', err: /^peerfence: nothing was begun: Error: E/ })
})

test(
  'root works as the owner of the folder of the journal',
  { skip: process.geteuid?.() !== 0 || !isOpenToAll(process.cwd()) },
  async (t) => {
    const { folder, fence, journalFile } = openServer(t)
    chownSync(folder, 65_534, 65_534)
    const state = join(folder, 'state')
    mkdirSync(state)
    chownSync(state, 65_534, 65_534)
    t.equal((await fence(newVm(), '127.0.0.1', '--port', '1', '--timeout', '1')).code, 2)
    t.match(statSync(journalFile), { uid: 65_534, gid: 65_534 })
    t.match(statSync(join(state, 'agent-id')), { uid: 65_534, gid: 65_534 })
    t.equal(process.geteuid?.(), 0)
  },
)

test('beside a running agent nothing is begun, and the agent is named', async (t) => {
  const { journalFile, fence } = openServer(t)
  const agent = await openJournal(journalFile, () => 'now', 'agent')
  const told = await fence(newVm(), '127.0.0.1', '--port', '1')
  await agent.close()
  t.not(told.code, 0)
  t.match(
    told.err,
    new RegExp(`held by another .pid ${process.pid}, peerfence serve, since now.*; ask`),
  )
  t.equal(readFileSync(journalFile, 'utf8'), '', 'nothing was written')
})
