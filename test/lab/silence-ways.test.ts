/**
 * On which ways silence is a proof, and for how long: what a live host looks like that this peer
 * cannot reach.
 */
import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { ownMs, startAgent } from '../fixtures/servers/agent-process.ts'
import { bootHost, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

tap.setTimeout(900_000)

const key = `${process.env['LAB_DIR'] ?? ''}/client_key`
const far = '10.78.0.1'
const farWitness = '10.78.0.9'

const run = (line: string, input = ''): void => {
  const [file = '', ...args] = line.split(' ')
  execFileSync(file, args, { input })
}
/** A filter of this peer. */
const ownFilter =
  (rule: string, hook = 'input') =>
  async (): Promise<void> => {
    const lines = [
      'add table inet silence',
      `add chain inet silence own { type filter hook ${hook} priority 0; }`,
      'add rule inet silence own iif lo accept',
      `add rule inet silence own ${rule}`,
    ]
    run('nft -f -', lines.join('\n'))
    await Promise.resolve()
  }
const dropIn = (host: LabHost, rule: string) =>
  host.exec(
    `nft 'add table inet b; add chain inet b in { type filter hook input priority -10; }; add rule inet b in ${rule}'`,
  )

interface Hosts {
  readonly host: LabHost
  readonly witness: LabHost
}

interface Row {
  readonly state: string
  readonly reason: string
  /** The suspect's address; on its link where it is not told. */
  readonly at?: (hosts: Hosts) => object
  readonly probe?: object
  readonly suspects?: object
  readonly sec?: number
  readonly make: (hosts: Hosts) => Promise<unknown>
  readonly atLeastMs?: number
  /**
   * Whether it needs or changes what all rows share: the peer's own routes and filters, the
   * witness.
   */
  readonly isAlone?: true
  /**
   * The doubt that is as good where this machine held back a timer of ours, so that looks took
   * longer.
   */
  readonly onBusyMachine?: { readonly reason: string }
}

const routed = () => ({ targetHostIp: far })
const over6 = ({ host }: Hosts) => ({ targetHostIp: host.address6 })
const accepted = { routedSilence: 'accept', silenceSec: 6 }
const besideFar = { ...accepted, witnesses: [`${farWitness}:22`] }
/** What is still to be done to hosts, whose fences may end before it. */
const underWay: Promise<unknown>[] = []
const later = async (ms: number, act: () => Promise<unknown>): Promise<void> => {
  underWay.push(sleep(ms).then(act))
  await Promise.resolve()
}

const rows: readonly Row[] = [
  {
    state: 'dead, 14 s: too short, and said so early',
    reason: 'silence-too-short',
    sec: 14,
    make: async ({ host }) => await host.state('link-down'),
  },
  {
    state: 'dead, 20 s, as by default',
    isAlone: true,
    reason: 'every-address-silent',
    onBusyMachine: { reason: 'silence-too-short' },
    sec: 20,
    atLeastMs: 15_000,
    make: async ({ host }) => await host.state('link-down'),
  },
  {
    state: 'dead, 40 s: looked at to the end',
    reason: 'every-address-silent',
    sec: 40,
    atLeastMs: 34_000,
    make: async ({ host }) => await host.state('link-down'),
  },
  {
    state: 'a port of the switch that is back after 8 s',
    reason: 'already-gone',
    sec: 30,
    make: async ({ host }) => {
      await host.state('link-down')
      await later(8_000, async () => await host.state('link-up'))
    },
  },
  {
    state: 'a host that is silent but for 3 s in the middle of it',
    reason: '',
    sec: 30,
    make: async ({ host }) => {
      await host.state('drop')
      await later(7_000, async () => {
        await host.state('net-ok')
        await sleep(3_000)
        await host.state('drop')
      })
    },
  },
  {
    state: 'never met, which refuses',
    reason: 'never-met',
    suspects: { neverMet: 'refuse' },
    make: async ({ host }) => await host.state('link-down'),
  },
  {
    state: 'dead, on a link of ours, and the witness answers ARP alone',
    isAlone: true,
    reason: 'peer-isolated',
    make: async ({ host, witness }) => {
      await host.state('link-down')
      await witness.state('no-icmp')
    },
  },
  {
    state: 'IPv6 on link: the suspect bans this peer',
    reason: 'routed-silence',
    at: over6,
    make: async ({ host }) => await dropIn(host, 'ip6 saddr fd77::1 drop'),
  },
  {
    state: 'IPv6 on link: a filter of this peer drops what comes from it',
    isAlone: true,
    reason: 'own-filter',
    at: over6,
    make: async ({ host }) => await ownFilter(`ip6 saddr ${host.address6} drop`)(),
  },
  {
    state: 'IPv6 on link, banned, beside an IPv4 address that is dead by ARP',
    reason: 'routed-silence',
    at: ({ host }) => ({ targetHostIp: '10.77.0.250', targetHostAddresses: [host.address6] }),
    make: async ({ host }) => await dropIn(host, 'ip6 saddr fd77::1 drop'),
  },
  {
    state: 'routed: this peer opens no new connection (conntrack full)',
    isAlone: true,
    reason: 'peer-isolated',
    at: routed,
    make: ownFilter('oifname lab0 ct state new drop', 'output'),
  },
  {
    state: 'routed: the port is stuck and ping is filtered',
    isAlone: true,
    reason: 'routed-silence',
    at: routed,
    make: async ({ host }) => await host.state('drop-ssh').then(() => host.state('no-icmp')),
  },
  {
    state: 'routed: a filter of this peer drops what goes to it',
    isAlone: true,
    reason: 'own-filter',
    at: routed,
    make: ownFilter(`ip daddr ${far} drop`, 'output'),
  },
  {
    state: 'routed, accepted, and a filter of this peer names it',
    isAlone: true,
    reason: 'own-filter',
    at: routed,
    probe: besideFar,
    make: ownFilter(`ip saddr ${far} drop`),
  },
  {
    state: 'routed, accepted, and no witness but the router',
    isAlone: true,
    reason: 'routed-silence',
    at: routed,
    probe: { ...accepted, witnesses: undefined },
    make: async ({ host }) => await host.state('drop-ip'),
  },
]

/**
 * The suspect and another host are behind the witness, which is the router; answers come back on
 * the link.
 */
const route = async ({ host, witness }: Hosts, other: LabHost): Promise<void> => {
  await witness.exec(
    'sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0',
  )
  for (const [address, at] of [
    [far, host],
    [farWitness, other],
  ] as const) {
    await at.exec(`ip addr add ${address}/32 dev lo`)
    await witness.exec(`ip route replace ${address} via ${at.address}`)
    run(`ip route replace ${address} via ${witness.address}`)
  }
}

interface Shared {
  readonly witness: LabHost
  readonly other: LabHost
}

const undo = async ({ other }: Shared): Promise<void> => {
  try {
    run('nft delete table inet silence')
  } catch {
    // It had no filter of our own.
  }
  for (const address of [far, farWitness]) run(`ip route del ${address}`)
  await other.exec(`ip addr del ${farWitness}/32 dev lo`)
}

const busyLagMs = 100

/** Gives its line of the table. */
const play = async (t: Test, row: Row, shared: Shared): Promise<string> => {
  const { state, reason, at, probe, suspects, sec = 20, make, atLeastMs = 0 } = row
  const host = await bootHost('--no-libvirt')
  const hosts = { host, witness: shared.witness }
  if (row.isAlone === true) {
    await hosts.witness.state('net-ok')
    await route(hosts, shared.other)
  }
  const witnesses = [hosts.witness.address, hosts.witness.address6]
  const agent = await startAgent({
    ssh: { identityFiles: [key] },
    suspects: { pidNamespace: 'nested', ...suspects },
    probe: { witnesses, ...probe },
  })
  try {
    await make(hosts)
    const command = { vmUuid: newVmUuid(), targetHostIp: host.address, sshTimeoutSec: sec }
    const answer = await agent.fence({ ...command, ...at?.(hosts) })
    const isBusy = answer.lagMs >= busyLagMs && answer.reason === row.onBusyMachine?.reason
    if (isBusy) t.comment(`held back by ${answer.lagMs} ms`)
    else if (reason === '') t.not(answer.verdict, 'targetHostUnreachable')
    else t.equal(answer.reason, reason, JSON.stringify(answer.body['evidence']))
    t.ok(ownMs(answer) < sec * 1000, 'inside the budget')
    t.ok(isBusy || answer.tookMs >= atLeastMs, `not before ${atLeastMs} ms`)
    return `${state} | ${answer.verdict} | ${answer.reason} | ${answer.tookMs} ms`
  } finally {
    await agent.stop()
    if (row.isAlone === true) await undo(shared)
    await Promise.all(underWay)
    await host.down()
  }
}

/** A row has a host of its own and mostly waits. */
const rowsAtOnce = 4

test(
  'on which ways silence is a proof, and how long it has to last',
  {
    jobs: rowsAtOnce,
  },
  async (t) => {
    const table: string[] = []
    const shared = {
      witness: await bootHost('--no-libvirt'),
      other: await bootHost('--no-libvirt'),
    }
    const playOne = async (row: Row): Promise<unknown> =>
      await t.test(row.state, { buffered: row.isAlone !== true }, async (t) => {
        table.push(await play(t, row, shared))
      })
    await Promise.all(rows.filter(({ isAlone }) => isAlone !== true).map(playOne))
    for (const row of rows.filter(({ isAlone }) => isAlone === true)) await playOne(row)
    for (const line of table) t.comment(line)
    await shared.witness.down()
    await shared.other.down()
  },
)
