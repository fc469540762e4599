/**
 * Hosts that plain ssh reaches after a while, each of which has to end in a proof, and one whose
 * kernel goes away in the middle, which has to be told soon. The closing comments are the table of
 * what came out.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import tap, { test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import { bootHost, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

tap.setTimeout(600_000)

interface Row {
  readonly state: string
  readonly sshTimeoutSec: number
  readonly reason: string
  readonly make: (host: LabHost) => Promise<unknown>
  /** While the fence runs. */
  readonly meanwhile?: (host: LabHost) => Promise<unknown>
  /** At most, in s. */
  readonly withinSec?: number
}

/** A module of PAM that takes its time, as one does that asks a hung logind or a directory. */
const slowPam = (kind: 'session' | 'account', sec: number) => async (host: LabHost) =>
  await host.exec(`echo '${kind} optional pam_exec.so quiet /bin/sleep ${sec}' >> /etc/pam.d/sshd`)

const proof = 'destroyed'
const rows: readonly Row[] = [
  { state: 'PAM session 12 s', sshTimeoutSec: 20, reason: proof, make: slowPam('session', 12) },
  { state: 'PAM session 12 s', sshTimeoutSec: 60, reason: proof, make: slowPam('session', 12) },
  { state: 'logind hung, 25 s', sshTimeoutSec: 40, reason: proof, make: slowPam('session', 25) },
  { state: 'logind hung, 33 s', sshTimeoutSec: 60, reason: proof, make: slowPam('session', 33) },
  { state: 'directory 13 s', sshTimeoutSec: 20, reason: proof, make: slowPam('account', 13) },
  {
    state: 'login shell 12 s',
    sshTimeoutSec: 20,
    reason: proof,
    make: async (host) => await host.exec("sed -i '1i sleep 12' /root/.bashrc"),
  },
  {
    state: 'listener stopped for 14 s',
    sshTimeoutSec: 20,
    reason: proof,
    make: async (host) => await host.state('sshd-hang'),
    meanwhile: async (host) => {
      await sleep(14_000)
      await host.state('sshd-resume')
    },
  },
  {
    state: 'the kernel goes away during a login of 33 s',
    sshTimeoutSec: 60,
    reason: 'contact-lost',
    make: slowPam('session', 33),
    meanwhile: async (host) => {
      await sleep(3_000)
      await host.state('drop')
    },
    withinSec: 50,
  },
  {
    state: 'PAM session that never ends',
    sshTimeoutSec: 10,
    reason: 'contact-lost',
    make: slowPam('session', 300),
    withinSec: 10,
  },
]

test('a slow host that ssh gets in to ends in a proof', async (t) => {
  const agent = await startAgent({
    ssh: { identityFiles: [`${process.env['LAB_DIR'] ?? ''}/client_key`] },
    suspects: { pidNamespace: 'nested' },
  })
  t.teardown(agent.stop)
  const hosts: { readonly row: Row; readonly host: LabHost; readonly vm: string }[] = []
  for (const row of rows) {
    const host = await bootHost('--no-libvirt')
    const vm = newVmUuid()
    await host.startVm(vm, '--orphan', '--paused')
    await row.make(host)
    hosts.push({ row, host, vm })
  }
  const fence = async ({ row, host, vm }: (typeof hosts)[number]) => {
    const { sshTimeoutSec, meanwhile } = row
    const [answer] = await Promise.all([
      agent.fence({ vmUuid: vm, targetHostIp: host.address, sshTimeoutSec }),
      meanwhile?.(host),
    ])
    return { row, host, vm, answer }
  }
  // All at once they would be slow for want of a processor.
  const ended: Awaited<ReturnType<typeof fence>>[] = []
  for (let at = 0; at < hosts.length; at += 3) {
    ended.push(...(await Promise.all(hosts.slice(at, at + 3).map(fence))))
  }
  for (const { row, host, vm, answer } of ended) {
    const { state, sshTimeoutSec, reason, withinSec = sshTimeoutSec } = row
    const { reason: got, tookMs } = answer
    t.comment(`${state.padEnd(45)} | ${sshTimeoutSec} s | ${got.padEnd(16)} | ${tookMs} ms`)
    t.equal(got, reason, `${state}: ${answer.summary}`)
    t.ok(tookMs <= withinSec * 1000, `${state}: ${tookMs} ms`)
    t.equal((await host.living(vm)).length === 0, reason === proof, `${state}: the truth`)
  }
})
