import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import type { DrillReport } from '../../../agent/contract/reply/drill-report.ts'
import { writeFenceConfig } from '../../fixtures/servers/fence-config.ts'
import { call } from '../../fixtures/worlds/command-line.ts'
import { startShellHost } from '../../fixtures/servers/shell-host.ts'

const openServer = (t: Test, config: object = {}) => {
  const { folder, configFile } = writeFenceConfig(t, 'pw-doctor', config)
  const doctor = async (args: readonly string[] = [], isErrTerminal = false) =>
    await call(['doctor', ...args, '--config', configFile], { isErrTerminal })
  return { folder, configFile, doctor }
}

const openHost = async (t: Test, password = 'pw-doctor'): Promise<string> => {
  const host = await startShellHost(password)
  t.teardown(host.close)
  return `127.0.0.1:${host.port}`
}

test('hosts of the configuration: one is well, one lets nobody in, one is not there', async (t) => {
  const [well, locked] = [await openHost(t), await openHost(t, 'another')]
  const peers = [well, locked, '127.0.0.1:1']
  const { folder, doctor } = openServer(t, { doctor: { peers } })
  const told = await doctor(['--drill'])
  t.match(told, { code: 20, err: '' })
  const lines = told.out.trimEnd().split('\n')
  t.match(lines, [
    /^127\.0\.0\.1:\d+ +ok +canary dead after \d+ ms, bash \d/,
    /FAILED +login-refused \(at login\): .*authorized_keys/,
    /FAILED +connection-refused \(at connect\): /,
    /^could fence 1 of 3 hosts$/,
  ])
  t.notOk(existsSync(join(folder, 'journal.jsonl')), 'no VM was fenced')
  const kept = readFileSync(join(folder, 'drill.json'), 'utf8')
  t.match(JSON.parse(kept), { drilled: true, could: 1, of: 3 })

  const looked = await doctor([well, '--json'], true)
  t.equal(looked.code, 0)
  const report = JSON.parse(looked.out) as DrillReport
  t.match(report, { drilled: false, could: 1, of: 1, hosts: [{ could: 'yes', reason: '' }] })
  t.notOk('canaryMs' in Object(report.hosts[0]))
  await doctor([well, '--drill'])
  await doctor()
  t.equal(readFileSync(join(folder, 'drill.json'), 'utf8'), kept, 'only a drill of all is kept')
  t.match(looked.err, /0 of 1 hosts are through, 20 s left/)
})

test('a host that nobody may fence, and this very one', async (t) => {
  const { doctor } = openServer(t, { suspects: { networks: ['198.51.100.0/24'] } })
  const told = await doctor(['192.0.2.7', 'localhost'])
  t.match(told, { code: 20, out: /suspects\.networks[^]*itself[^]*could fence 0 of 1 hosts\n$/ })
  t.match(await doctor(['localhost']), { code: 20, out: /could fence 0 of 0 hosts\n$/ })
})

test('what cannot be begun, and what to do about it', async (t) => {
  const { doctor, configFile } = openServer(t)
  t.match(await doctor(), {
    code: 78,
    out: '',
    err: `peerfence: doctor: nothing to try: no PEER is given, and doctor.peers of ${configFile} is empty; list there the hosts that this one may have to fence\n`,
  })
  t.match(await doctor(['root@kvm-1']), { code: 64, err: /root@kvm-1: no HOST/ })
  for (const sec of ['0', '301', 'x', '']) {
    t.match(await doctor(['192.0.2.7', '--timeout', sec]), { code: 64, err: /--timeout/ })
  }
  t.match(await call(['doctor', '192.0.2.7', '--config', '/none']), { code: 78, err: /\/none/ })
  const keyless = openServer(t, { ssh: { identityFiles: ['/none'] } })
  t.match(await keyless.doctor(['192.0.2.7']), {
    code: 1,
    out: '',
    err: /nothing was tried: .*\/none/,
  })
})

test('what cannot be kept is told all the same', async (t) => {
  const { doctor } = openServer(t, {
    doctor: { peers: [await openHost(t)] },
    journal: { file: '/proc/none/journal.jsonl' },
  })
  t.match(await doctor(['--drill']), {
    code: 0,
    out: /could fence 1 of 1 hosts\n$/,
    err: /is not kept for GET \/doctor: .*ENOENT/,
  })
})
