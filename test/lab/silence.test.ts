/**
 * What may be called silence, and everything that must not be: a suspect's network in all its
 * states.
 */
import { execFileSync } from 'node:child_process'
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { startAgent, ownMs } from '../fixtures/servers/agent-process.ts'
import type { AgentProcess } from '../fixtures/servers/agent-process.ts'
import { bootHost, lab, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

tap.setTimeout(600_000)

const key = `${process.env['LAB_DIR'] ?? ''}/client_key`
const ip = (...args: readonly string[]): void => {
  execFileSync('ip', args)
}

interface Row {
  readonly state: string
  readonly reason: string
  readonly make: (host: LabHost, witness: LabHost) => Promise<void>
  readonly undo?: () => void
  readonly command?: (host: LabHost) => object
  /** Whether it spoils what all rows share: the peer's own network. */
  readonly isAlone?: true
}

const states =
  (...names: readonly string[]) =>
  async (host: LabHost): Promise<void> => {
    for (const name of names) await host.state(name)
  }

const rows: readonly Row[] = [
  { state: 'no answer to anything', reason: 'every-address-silent', make: states('drop') },
  { state: 'the cable is pulled', reason: 'every-address-silent', make: states('link-down') },
  {
    state: 'no answer to anything, over IPv6',
    reason: 'routed-silence',
    make: states('drop'),
    command: (host) => ({ targetHostIp: host.address6 }),
  },
  {
    state: 'no answer to anything, and the witness is silent too',
    reason: 'peer-isolated',
    make: async (host, witness) => {
      await host.state('drop')
      await witness.state('drop')
    },
  },
  { state: 'only ARP answers', reason: 'suspect-answered', make: states('drop-ip') },
  { state: 'only the SSH port is dropped', reason: 'suspect-answered', make: states('drop-ssh') },
  {
    state: 'the SSH port is dropped, and ping',
    reason: 'suspect-answered',
    make: states('drop-ssh', 'no-icmp'),
  },
  { state: 'TCP is reset', reason: 'connection-refused', make: states('reject-rst') },
  { state: 'sshd is stopped', reason: 'connection-refused', make: states('sshd-stop') },
  { state: 'icmp host-prohibited', reason: 'suspect-answered', make: states('reject-prohibited') },
  {
    state: 'icmp host-prohibited, no ping',
    reason: 'suspect-answered',
    make: states('reject-prohibited', 'no-icmp'),
  },
  {
    state: 'icmp admin-prohibited over IPv6 (EACCES here), no ping',
    reason: 'suspect-answered',
    make: states('reject-prohibited', 'no-icmp'),
    command: (host) => ({ targetHostIp: host.address6 }),
  },
  { state: 'sshd hangs', reason: 'banner-stalled', make: states('sshd-hang') },
  {
    state: 'one of two addresses is silent, the other serves',
    reason: 'already-gone',
    make: async () => {},
    command: (host) => ({ targetHostIp: '10.77.0.250', targetHostAddresses: [host.address] }),
  },
  {
    state: 'one of two addresses is silent, the other refuses',
    reason: 'connection-refused',
    make: states('sshd-stop'),
    command: (host) => ({ targetHostIp: '10.77.0.250', targetHostAddresses: [host.address] }),
  },
  {
    state: 'no route of our own',
    reason: 'own-network-trouble',
    make: async () => {},
    command: () => ({ targetHostIp: '192.0.2.7' }),
  },
  {
    state: 'our own link is down',
    isAlone: true,
    reason: 'own-network-trouble',
    make: async () => {
      ip('link', 'set', 'lab0', 'down')
      await Promise.resolve()
    },
    undo: () => {
      ip('link', 'set', 'lab0', 'up')
      // IPv6 addresses do not outlive their link.
      ip('addr', 'replace', 'fd77::1/64', 'dev', 'lab0', 'nodad')
    },
  },
  {
    state: 'a name that does not resolve',
    reason: 'name-not-resolved',
    make: async () => {},
    command: () => ({ targetHostIp: 'no-such-host.invalid' }),
  },
  {
    state: 'a password that is wrong, and no key',
    reason: 'login-refused',
    make: async (host) => {
      await host.exec('rm -rf /root/.ssh')
    },
    command: () => ({ targetHostPassword: 'wrong' }),
  },
]

const startLabAgent = async (
  t: Test,
  witness: LabHost,
  ssh: object = {},
): Promise<AgentProcess> => {
  const agent = await startAgent({
    ssh: { identityFiles: [key], ...ssh },
    suspects: { pidNamespace: 'nested' },
    // How long silence has to last is the subject of another file.
    probe: { witnesses: [witness.address, witness.address6], silenceSec: 4 },
  })
  t.teardown(async () => {
    await agent.stop()
  })
  return agent
}

/** A row has hosts of its own and mostly waits. */
const rowsAtOnce = 4

test('silence, and what only looks like it', { jobs: rowsAtOnce }, async (t) => {
  const table: string[] = []
  const play = async (row: Row): Promise<unknown> =>
    await t.test(row.state, { buffered: row.isAlone !== true }, async (t) => {
      const witness = await bootHost('--no-libvirt')
      const agent = await startLabAgent(t, witness)
      const host = await bootHost('--no-libvirt')
      try {
        await row.make(host, witness)
        const unreachable = row.reason === 'every-address-silent'
        // A silence is looked at to the end; anything else ends when it is known, however late a
        // busy machine makes that.
        const sshTimeoutSec = unreachable ? 20 : 30
        const command = { vmUuid: newVmUuid(), targetHostIp: host.address, sshTimeoutSec }
        const answer = await agent.fence({ ...command, ...row.command?.(host) })
        table.push(`${row.state} | ${answer.verdict} | ${answer.reason} | ${answer.tookMs} ms`)
        t.equal(answer.reason, row.reason, JSON.stringify(answer.body['evidence']))
        t.ok(ownMs(answer) < sshTimeoutSec * 1000, 'inside the budget')
        t.equal(answer.verdict === 'targetHostUnreachable', unreachable)
      } finally {
        row.undo?.()
        await host.down()
        await witness.down()
      }
    })
  await Promise.all(rows.filter(({ isAlone }) => isAlone !== true).map(play))
  for (const row of rows.filter(({ isAlone }) => isAlone === true)) await play(row)
  for (const line of table) t.comment(line)
})

/** Asks as another host does, and lets it wait for the answer. */
const askFrom = async (
  caller: LabHost,
  [address, port]: readonly [string, string],
  command: object,
): Promise<string> => {
  const host = address.includes(':') ? `[${address}]` : address
  const { text } = await caller.exec(
    `curl -g -sS -m 30 -H 'content-type: application/json' -d '${JSON.stringify(command)}' http://${host}:${port}/ha/fence/vm/from/peer`,
  )
  return text
}

interface Answer {
  readonly reason: string
  readonly evidence: { readonly witnesses: readonly object[] }
}

const callerRows: readonly {
  readonly state: string
  readonly family: 'address' | 'address6'
  readonly make: (caller: LabHost) => Promise<unknown>
  readonly during?: (caller: LabHost) => Promise<unknown>
  readonly reason: string
  readonly by?: string
}[] = [
  {
    state: 'answers pings',
    family: 'address',
    make: async () => {},
    reason: 'every-address-silent',
    by: 'echo',
  },
  {
    state: 'drops pings',
    family: 'address',
    make: async (caller) => await caller.state('no-icmp'),
    reason: 'every-address-silent',
    by: 'tcp',
  },
  {
    state: 'drops pings, over IPv6',
    family: 'address6',
    make: async (caller) => await caller.state('no-icmp'),
    reason: 'routed-silence',
    by: 'tcp',
  },
  {
    state: 'drops pings, and falls silent',
    family: 'address',
    make: async (caller) => await caller.state('no-icmp'),
    during: async (caller) => {
      await new Promise((resolve) => setTimeout(resolve, 4_000))
      return await caller.state('link-down')
    },
    reason: 'peer-isolated',
  },
]

test('the caller is the only witness', { jobs: rowsAtOnce }, async (t) => {
  const playing = callerRows.map(
    async (row) =>
      await t.test(`and ${row.state}`, { buffered: true }, async (t) => {
        const caller = await bootHost('--no-libvirt')
        const host = await bootHost('--no-libvirt')
        const agent = await startAgent({
          http: { listeners: [{ at: '[::]:0', allowFrom: ['10.77.0.0/24', 'fd77::/64'] }] },
          ssh: { identityFiles: [key] },
          suspects: { pidNamespace: 'nested' },
          probe: { silenceSec: 4 },
        })
        try {
          await row.make(caller)
          await host.state('link-down')
          const port = new URL(agent.url).port
          const own = row.family === 'address' ? '10.77.0.1' : 'fd77::1'
          const command = { vmUuid: newVmUuid(), targetHostIp: host[row.family] }
          const answer = askFrom(caller, [own, port], command)
          await row.during?.(caller)
          if (row.during === undefined) {
            const { reason, evidence } = JSON.parse(await answer) as Answer
            t.equal(reason, row.reason, JSON.stringify(evidence))
            t.match(evidence.witnesses, [{ address: caller[row.family], by: row.by }])
          } else {
            await answer
            t.match(agent.written().journal, `"reason":"${row.reason}"`)
          }
          const [, ms] = /"durationMs":([0-9.]+)/.exec(agent.written().journal) ?? []
          t.comment(`caller ${row.state} | ${row.reason} | ${ms} ms`)
        } finally {
          await agent.stop()
          await host.down()
          await caller.down()
        }
      }),
  )
  await Promise.all(playing)
})

test('a changed host key refuses, for good', async (t) => {
  const witness = await bootHost('--no-libvirt')
  // On a session that is kept nobody shows a key again.
  const agent = await startLabAgent(t, witness, { sessionKeepMs: 0 })
  const host = await bootHost()
  const vm = newVmUuid()
  await host.startVm(vm)
  const command = { vmUuid: newVmUuid(), targetHostIp: host.address }
  t.equal((await agent.fence(command)).reason, 'already-gone', 'the first key is recorded')
  await lab('host', 'rekey', host.name)
  for (const _ of [1, 2]) {
    t.equal((await agent.fence({ ...command, vmUuid: vm })).reason, 'host-key-changed')
  }
  t.not((await host.living(vm)).length, 0, 'and nothing was done there')
})

test('strict: a host whose key is not known is refused, and one whose key is known is not', async (t) => {
  const witness = await bootHost('--no-libvirt')
  const host = await bootHost('--no-libvirt')
  const agent = await startLabAgent(t, witness, { hostKeyPolicy: 'strict' })
  const command = { vmUuid: newVmUuid(), targetHostIp: host.address }
  t.equal((await agent.fence(command)).reason, 'host-key-unknown')
  agent.trust(await lab('host', 'hostkey', host.name))
  t.equal((await agent.fence(command)).reason, 'already-gone')
})

test('a fence that is in flight when the agent is told to stop is answered', async (t) => {
  const witness = await bootHost('--no-libvirt')
  const host = await bootHost()
  const agent = await startAgent({
    ssh: { identityFiles: [key] },
    suspects: { pidNamespace: 'nested' },
    probe: { witnesses: [witness.address] },
  })
  const vm = newVmUuid()
  await host.startVm(vm, '--disk', await lab('storage', 'make', host.name))
  await host.state('hang-storage', vm)
  const answer = agent.fence({ vmUuid: vm, targetHostIp: host.address, sshTimeoutSec: 12 })
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  const code = agent.stop()
  t.equal((await answer).reason, 'unkillable')
  t.equal(await code, 0)
})
