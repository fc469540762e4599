import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'tap'
import { compose } from '../../agent/compose/agent.ts'
import type { Composition } from '../../agent/compose/agent.ts'
import { parseConfig } from '../../agent/config/load.ts'
import { unfencePath } from '../../agent/contract/api/paths.ts'
import { makeLog } from '../../agent/journal/log.ts'
import { fenceUrl } from '../fixtures/servers/agent-server.ts'
import { endStandIn, isAlive, newVm, standIn } from '../fixtures/servers/local-program.ts'
import { openManagementNode } from '../fixtures/servers/management-node.ts'
import { startShellHost } from '../fixtures/servers/shell-host.ts'

const configAt = (directory: string, more: object = {}, sections: object = {}) => {
  const file = join(directory, 'deep', 'journal.jsonl')
  const loaded = parseConfig(
    {
      http: { listeners: [{ at: '127.0.0.1:0' }] },
      journal: { file },
      ssh: { knownHostsFile: join(directory, 'known_hosts'), ...more },
      suspects: { allowLoopback: true, pidNamespace: 'nested' },
      ...sections,
    },
    {},
  )
  if (loaded.kind === 'faulty') throw new Error(JSON.stringify(loaded.faults))
  return { file, config: loaded.config }
}

const opened = async ({ server, listeners }: Pick<Composition, 'server' | 'listeners'>) => {
  await server.ready()
  const [address = ''] = await listeners.open((request, response) => {
    server.routing(request, response)
  })
  return address
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
  const { server, listeners, close } = await compose(config, log, '1.2.3')
  const address = await opened({ server, listeners })
  const scraped = async () => await (await fetch(`${address}/metrics`)).text()
  t.match(await scraped(), /reason="destroyed"\} 0\n/)
  const payload = {
    vmUuid: vm,
    targetHostIp: '127.0.0.1',
    targetHostSshPort: host.port,
    targetHostPassword: 'planted-password',
    targetHostPrivateKey: 'planted-no-key-at-all',
  }
  const answer = await fetch(`${address}${fenceUrl}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  })
  const text = await answer.text()
  const { agentId } = (await (await fetch(`${address}/version`)).json()) as { agentId: string }
  const inFlight = await fetch(`${address}/ha/fence/in-flight`)
  t.same(await inFlight.json(), { fences: [] })
  const metrics = await scraped()
  t.match(
    metrics,
    /^peerfence_verdicts_total\{verdict="qemuConfirmedDead",reason="destroyed"\} 1$/m,
  )
  t.match(metrics, /^peerfence_journal_write_duration_seconds_count 2$/m)
  t.match(metrics, /^peerfence_fence_phase_duration_seconds_count\{phase="run"\} 1$/m)
  t.match(metrics, /^peerfence_ready 1$/m)
  t.match(await (await fetch(`${address}/ha/fence/history`)).json(), {
    fences: [{ verdict: 'qemuConfirmedDead', reason: 'destroyed', askedBy: '127.0.0.1' }],
  })
  const lifted = await fetch(`${address}${unfencePath}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  })
  t.match(await lifted.json(), { success: false, quarantine: 'not-set' }, 'no hook is there')
  await Promise.all([server.close(), listeners.close()])
  await close()
  const reply = JSON.parse(text) as { readonly fenceId: string }
  const { fenceId } = reply
  t.match(reply, { success: true, qemuConfirmedDead: true, reason: 'destroyed', agentId })
  t.notOk(isAlive(qemu))
  const journal = readFileSync(file, 'utf8').trimEnd().split('\n')
  t.match(
    journal.map((line) => JSON.parse(line) as unknown),
    [
      { type: 'intent', fenceId },
      { type: 'outcome', fenceId, verdict: 'qemuConfirmedDead', reason: 'destroyed' },
      { type: 'unfence', vm, quarantine: 'asked' },
      { type: 'unfence', vm, quarantine: 'not-set' },
    ],
  )
  t.equal(lines.length, 2)
  t.match(JSON.parse(lines[0] ?? ''), {
    fenceId,
    verdict: 'qemuConfirmedDead',
    reason: 'destroyed',
  })
  t.notMatch([text, ...journal, ...lines].join(''), /planted/)
})

test('without a journal nothing is composed', async (t) => {
  const { config } = configAt(t.testdir({ deep: 'a file, not a directory' }))
  await t.rejects(compose(config, quiet(), '1'), { code: /EEXIST|ENOTDIR/ })
})

test('without a key that the configuration names nothing is composed', async (t) => {
  const directory = t.testdir({})
  const { config } = configAt(directory, { identityFiles: [join(directory, 'absent')] })
  await t.rejects(compose(config, quiet(), '1'), {
    message: /^\/ssh\/identityFiles\/0: \/.*\/absent cannot be read \(ENOENT\)$/,
  })
})

test('a reload puts listeners and allowed suspects in place, and no more', async (t) => {
  const directory = t.testdir({})
  const { config } = configAt(directory)
  const { server, listeners, reload, close } = await compose(config, quiet(), '1')
  const address = await opened({ server, listeners })
  const [listener] = config.http.listeners
  const [allowFrom, networks] = [['192.0.2.0/24'], ['198.51.100.0/24']]
  const ask = async () =>
    (await (
      await fetch(`${address}${fenceUrl}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ vmUuid: newVm(), targetHostIp: '203.0.113.1' }),
      })
    ).json()) as object
  await reload({ ...config, suspects: { ...config.suspects, networks } })
  t.match(await ask(), { code: 'FENCE_TARGET_NOT_ALLOWED' })
  const rules = listener === undefined ? [] : [{ ...listener, allowFrom }]
  await reload({ ...config, http: { ...config.http, listeners: rules } })
  t.match(await ask(), { code: 'FENCE_CALLER_NOT_ALLOWED' })
  await Promise.all([server.close(), listeners.close()])
  await close()
})

test('neighbours of the configuration are asked where the own way fails before a login', async (t) => {
  const directory = t.testdir({ token: 'a token\n' })
  const tokenFile = join(directory, 'token')
  chmodSync(tokenFile, 0o600)
  const agents = [{ url: 'http://127.0.0.1:1', tokenFile }]
  const { config } = configAt(directory, {}, { neighbours: { agents } })
  const { server, listeners, close } = await compose(config, quiet(), '1')
  const address = await opened({ server, listeners })
  const answer = await fetch(`${address}${fenceUrl}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      vmUuid: newVm(),
      // Another address than the neighbour's, which is never asked about itself.
      targetHostIp: '127.0.0.2',
      targetHostSshPort: 1,
      sshTimeoutSec: 5,
    }),
  })
  t.match(await answer.json(), {
    reason: 'connection-refused',
    evidence: {
      contact: { neighbours: [{ said: 'words', because: /connection refused/ }] },
    },
  })
  await Promise.all([server.close(), listeners.close()])
  await close()
})

test('by default the agent knows this host by its ids', async (t) => {
  const { config } = configAt(t.testdir({}))
  const strict = { ...config, suspects: { ...config.suspects, allowLoopback: false } }
  const { server, service, close } = await compose(strict, quiet(), '1')
  await service.drain(0)
  await server.close()
  await close()
  t.pass('composed')
})

test('an answer that is wanted later leaves as a refusal where the journal takes nothing', async (t) => {
  const { config } = configAt(t.testdir({}))
  const lines: string[] = []
  const log = makeLog('trace', { write: (line: string) => lines.push(line) })
  const { server, listeners, callbacks, close } = await compose(config, log, '1')
  const address = await opened({ server, listeners })
  await close()
  const node = await openManagementNode()
  t.teardown(node.close)
  const end = await node.call(`${address}${fenceUrl}`, {
    vmUuid: newVm(),
    targetHostIp: '127.0.0.1',
  })
  t.match(end, { kind: 'answered', body: /"success":false.*"reason":"journal-failed"/ })
  t.equal(await callbacks.stop(1_000), 0)
  await Promise.all([server.close(), listeners.close()])
  t.match(lines.join(''), /the journal did not take the record of an answer/)
  t.match(lines.join(''), /"end":"delivered".*answer delivered/)
})

test('an agent is the same at every start, and says where it could not keep who it is', async (t) => {
  const { file, config } = configAt(t.testdir({}))
  const lines: string[] = []
  const log = makeLog('warn', { write: (line: string) => lines.push(line) })
  const idAtStart = async () => {
    const { server, listeners, close } = await compose(config, log, '1')
    const address = await opened({ server, listeners })
    const { agentId } = (await (await fetch(`${address}/version`)).json()) as { agentId: string }
    await Promise.all([server.close(), listeners.close()])
    await close()
    return agentId
  }
  const id = await idAtStart()
  t.equal(await idAtStart(), id)
  t.same(lines, [])
  writeFileSync(join(dirname(file), 'agent-id'), 'torn')
  t.not(await idAtStart(), id)
  t.match(lines.join(''), /agent-id holds no id.*of this process alone/)
})
