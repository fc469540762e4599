import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { compose } from '../agent/compose.ts'
import { parseConfig } from '../agent/config/load.ts'
import { makeLog } from '../agent/journal/log.ts'
import { fenceUrl } from './fixtures/agent-server.ts'
import { endStandIn, isAlive, newVm, standIn } from './fixtures/local-program.ts'
import { startShellHost } from './fixtures/shell-host.ts'

const configAt = (directory: string, more: object = {}) => {
  const file = join(directory, 'deep', 'journal.jsonl')
  const loaded = parseConfig(
    {
      journal: { file },
      ssh: { knownHostsFile: join(directory, 'known_hosts'), ...more },
      suspects: { allowLoopback: true, pidNamespace: 'nested' },
    },
    {},
  )
  if (loaded.kind === 'faulty') throw new Error(JSON.stringify(loaded.faults))
  return { file, config: loaded.config }
}

const quiet = () => makeLog('fatal', { write: () => undefined })

test('a process is fenced; answer, log line and journal are made of one record', async (t) => {
  const { file, config } = configAt(t.testdir({}))
  const host = await startShellHost('planted-password')
  t.teardown(host.close)
  const vm = newVm()
  const qemu = await standIn('/usr/libexec/qemu-kvm', '-uuid', vm)
  t.teardown(async () => {
    await endStandIn(qemu)
  })
  const lines: string[] = []
  const log = makeLog('trace', { write: (line: string) => lines.push(line) })
  const { server, close } = await compose(config, log, '1.2.3')
  const payload = {
    vmUuid: vm,
    targetHostIp: '127.0.0.1',
    targetHostSshPort: host.port,
    targetHostPassword: 'planted-password',
    targetHostPrivateKey: 'planted-no-key-at-all',
  }
  const answer = await server.inject({ method: 'POST', url: fenceUrl, payload })
  await server.close()
  await close()
  const reply = answer.json<{ readonly fenceId: string }>()
  const { fenceId } = reply
  t.match(reply, { success: true, qemuConfirmedDead: true, reason: 'destroyed' })
  t.notOk(isAlive(qemu))
  const journal = readFileSync(file, 'utf8').trimEnd().split('\n')
  t.match(
    journal.map((line) => JSON.parse(line) as unknown),
    [
      { type: 'intent', fenceId },
      { type: 'outcome', fenceId, verdict: 'confirmed-dead', because: 'destroyed' },
    ],
  )
  t.equal(lines.length, 1)
  t.match(JSON.parse(lines[0] ?? ''), { fenceId, verdict: 'confirmed-dead', because: 'destroyed' })
  t.notMatch([answer.body, ...journal, ...lines].join(''), /planted/)
})

test('without a journal nothing is composed', async (t) => {
  const { config } = configAt(t.testdir({ deep: 'a file, not a directory' }))
  await t.rejects(compose(config, quiet(), '1'), { code: /EEXIST|ENOTDIR/ })
})

test('without a key that the configuration names nothing is composed', async (t) => {
  const directory = t.testdir({})
  const { config } = configAt(directory, { identityFiles: [join(directory, 'absent')] })
  await t.rejects(compose(config, quiet(), '1'), { code: 'ENOENT' })
})

test('by default the agent knows this host by its ids', async (t) => {
  const { config } = configAt(t.testdir({}))
  const strict = { ...config, suspects: { ...config.suspects, allowLoopback: false } }
  const { server, close } = await compose(strict, quiet(), '1')
  await server.close()
  await close()
  t.pass('composed')
})
