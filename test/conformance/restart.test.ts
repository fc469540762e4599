/**
 * The real agent is killed with answers undelivered and fences unfinished; its successor owes them.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'tap'
import type { Test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import type { AgentProcess } from '../fixtures/servers/agent-process.ts'
import { openManagementNode } from '../fixtures/servers/management-node.ts'
import type { Taking } from '../fixtures/servers/management-node.ts'
import { endStandIn, newVm, standIn } from '../fixtures/servers/local-program.ts'
import { startShellHost } from '../fixtures/servers/shell-host.ts'
import { decisionsOn } from './decisions.ts'

const password = 'planted-password'
const suspects = { allowLoopback: true, pidNamespace: 'nested' }
const refuse = ['refuse', 'refuse', 'refuse']

/**
 * A suspect with a process that stands in for the qemu of a VM, so that a fence ends in a proof.
 */
const openSuspect = async (t: Test) => {
  const host = await startShellHost(password)
  t.teardown(host.close)
  const vm = newVm()
  const qemu = await standIn('/usr/libexec/qemu-kvm', '-uuid', vm)
  t.teardown(async () => {
    await endStandIn(qemu)
  })
  return {
    vmUuid: vm,
    targetHostIp: '127.0.0.1',
    targetHostSshPort: host.port,
    targetHostPassword: password,
  }
}

const url = (agent: AgentProcess): string => `${agent.url}/ha/fence/vm/from/peer`

const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await sleep(10)
}

const records = (directory: string): readonly Readonly<Record<string, unknown>>[] =>
  readFileSync(join(directory, 'journal.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const types = (directory: string): readonly unknown[] => records(directory).map(({ type }) => type)

/**
 * An agent that is killed once its answer is on disk and was refused by a node that is not well.
 */
const killedWithAnswer = async (t: Test, callbacks: object) => {
  const config = { suspects, callbacks, http: { listeners: [{ at: '127.0.0.1:0' }] } }
  let how: Taking = 503
  const node = await openManagementNode(() => how)
  t.teardown(node.close)
  const command = await openSuspect(t)
  const first = await startAgent(config)
  t.teardown(() => {
    rmSync(first.directory, { recursive: true, force: true })
  })
  const end = node.call(url(first), command)
  await until(() => node.replies.length > 0)
  await first.kill()
  t.same(types(first.directory), ['intent', 'outcome', 'answer'])
  how = 'as-usual'
  const restart = async (): Promise<AgentProcess> => await startAgent(config, first.directory)
  return { node, end, directory: first.directory, restart }
}

test('a proof that is young is delivered by the next agent', async (t) => {
  const { end, directory, restart } = await killedWithAnswer(t, {})
  const next = await restart()
  t.same(decisionsOn(await end), ['proceed', 'proceed', 'proceed'])
  await until(() => types(directory).includes('delivery'))
  t.match(records(directory).at(-1), { type: 'delivery', end: 'delivered', said: 'answer' })
  t.match(next.written().log, /"left":1/)
  t.notMatch(next.written().log + next.written().journal, /planted/)
  await next.kill()
  const third = await restart()
  t.notMatch(third.written().log, /"left":/, 'and once is enough')
  await third.stop()
})

test('a proof that is old by then is a refusal', async (t) => {
  const { end, node, directory, restart } = await killedWithAnswer(t, { proofSec: 1 })
  await sleep(1_000)
  const next = await restart()
  const answer = await end
  t.same(decisionsOn(answer), refuse)
  t.match(answer, { body: /"reason":"verdict-expired"/ })
  const last = node.taken().at(-1)
  t.match(JSON.parse(last?.body ?? ''), { fenceId: records(directory)[0]?.['fenceId'] })
  await until(() => types(directory).includes('delivery'))
  t.match(records(directory).at(-1), { said: 'verdict-expired', end: 'delivered' })
  await next.stop()
})

/** Accepts and says nothing: a fence of it is in flight for as long as it may. */
const muteSuspect = async (t: Test, sshTimeoutSec: number) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return {
    vmUuid: newVm(),
    targetHostIp: '127.0.0.1',
    targetHostSshPort: (server.address() as AddressInfo).port,
    targetHostPassword: password,
    sshTimeoutSec,
  }
}

test('a fence in flight is called back by the agent that stops', async (t) => {
  const node = await openManagementNode()
  t.teardown(node.close)
  const agent = await startAgent({ suspects })
  const end = node.call(url(agent), await muteSuspect(t, 2))
  await until(() => node.accepted() === 1 && agent.written().journal.includes('"intent"'))
  const stopped = agent.stop()
  const answer = await end
  t.match(answer, { kind: 'answered' })
  t.same(decisionsOn(answer), refuse)
  t.equal(await stopped, 0)
})

test('a fence that was cut off is answered with a refusal, and has its outcome', async (t) => {
  const config = { suspects }
  const node = await openManagementNode()
  t.teardown(node.close)
  const first = await startAgent(config)
  const command = await muteSuspect(t, 20)
  const end = node.call(url(first), command)
  await until(() => node.accepted() === 1 && first.written().journal.includes('"intent"'))
  await first.kill()
  t.same(types(first.directory), ['intent'])
  const next = await startAgent(config, first.directory)
  const answer = await end
  t.same(decisionsOn(answer), refuse)
  t.match(answer, { body: /"reason":"interrupted"/ })
  await until(() => types(first.directory).includes('delivery'))
  t.same(types(first.directory), ['intent', 'outcome', 'answer', 'delivery'])
  t.match(records(first.directory)[1], { reason: 'interrupted' })
  t.equal(await next.stop(), 0)
})

test('what is older than its time is written off, visibly, and nobody is contacted', async (t) => {
  const { node, directory, restart } = await killedWithAnswer(t, { retrySec: 10 })
  const before = node.taken().length
  const old = records(directory).at(-1)
  // The same answer, as if it had come to be a minute ago.
  const at = new Date(Date.now() - 60_000).toISOString()
  appendFileSync(join(directory, 'journal.jsonl'), `${JSON.stringify({ ...old, at })}\n`)
  const next = await restart()
  await until(() => types(directory).includes('delivery'))
  t.match(records(directory).at(-1), { end: 'written-off', attempts: 0, said: 'nothing' })
  // What the agent writes to its log comes here by another way than what it writes to its journal.
  const line = /"level":"warn".*"end":"written-off".*answer not delivered/
  await until(() => line.test(next.written().log))
  t.equal(node.taken().length, before)
  await next.stop()
})

test('an agent that is stopped leaves to the next what its node did not take', async (t) => {
  const config = { suspects }
  let how: Taking = 503
  const node = await openManagementNode(() => how)
  t.teardown(node.close)
  const command = await openSuspect(t)
  const first = await startAgent(config)
  t.teardown(() => {
    rmSync(first.directory, { recursive: true, force: true })
  })
  const end = node.call(url(first), command)
  await until(() => node.replies.length > 0)
  process.kill(first.pid, 'SIGTERM')
  await until(() => first.written().log.includes('agent has stopped'))
  t.match(first.written().log, /"level":"warn".*"undelivered":1/)
  how = 'as-usual'
  const next = await startAgent(config, first.directory)
  t.same(decisionsOn(await end), ['proceed', 'proceed', 'proceed'])
  await next.stop()
})
