import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { createRunTool, systemTools } from '../../agent/probe/run-tool.ts'
import type { Knock } from '../../agent/probe/probe-run.ts'
import { createProbe } from '../../agent/probe/probe.ts'
import { realClock } from '../../agent/base/time/real-clock.ts'

/** Why the tests in namespaces do not run here; false where they do. */
export const skipReason = (): string | false =>
  process.getuid?.() === 0 ? false : 'needs root: network namespaces are made for this test'

const execute = promisify(execFile)

type Name = 'wire' | 'peer' | 'suspect' | 'gateway' | 'far'

/**
 * Peer (.1), suspect (.2) and gateway (.254) on one wire, 10.91.0.0/24 and fd91::/64; behind the
 * gateway is the far host 10.92.0.2. The names are unique, and everything is removed at the end of
 * the test.
 */
export const makeNetwork = async (t: Test) => {
  const unique = `pf${process.pid}-${Math.random().toString(36).slice(2, 6)}`
  const name = (host: Name): string => `${unique}-${host}`
  const hosts: readonly Name[] = ['wire', 'peer', 'suspect', 'gateway', 'far']
  t.teardown(() => {
    for (const host of hosts) {
      try {
        execFileSync('ip', ['netns', 'del', name(host)], { stdio: 'ignore' })
      } catch (error) {
        t.comment(`${name(host)} was not there: ${String(error)}`)
      }
    }
  })
  const ip = (host: Name, line: string): string =>
    execFileSync('ip', ['-n', name(host), ...line.split(' ')], { encoding: 'utf8' })
  const inside = (host: Name, line: string, input = ''): string =>
    execFileSync('ip', ['netns', 'exec', name(host), ...line.split(' ')], {
      encoding: 'utf8',
      input,
    })

  // Asynchronous: what blocks the event loop here would make the probes of tests beside this one
  // late.
  const prepare = async (host: Name, line: string) =>
    await execute('ip', ['-n', name(host), ...line.split(' ')])
  const prepareInside = async (host: Name, line: string) =>
    await execute('ip', ['netns', 'exec', name(host), ...line.split(' ')])
  for (const host of hosts) {
    await execute('ip', ['netns', 'add', name(host)])
    await prepare(host, 'link set lo up')
  }
  await prepare('wire', 'link add br0 type bridge stp_state 0 mcast_snooping 0')
  await prepare('wire', 'link set br0 up')
  const number = { peer: '1', suspect: '2', gateway: '254' } as const
  for (const host of ['peer', 'suspect', 'gateway'] as const) {
    await prepare('wire', `link add ${host} type veth peer name v0 netns ${name(host)}`)
    await prepare('wire', `link set ${host} master br0 up`)
    await prepare(host, `addr add 10.91.0.${number[host]}/24 dev v0`)
    await prepare(host, `addr add fd91::${number[host]}/64 dev v0 nodad`)
    await prepare(host, 'link set v0 up')
  }
  await prepare('gateway', `link add v1 type veth peer name v0 netns ${name('far')}`)
  await prepare('gateway', 'addr add 10.92.0.254/24 dev v1')
  await prepare('gateway', 'link set v1 up')
  await prepare('far', 'addr add 10.92.0.2/24 dev v0')
  await prepare('far', 'link set v0 up')
  await prepare('far', 'route add default via 10.92.0.254')
  await prepareInside('gateway', 'sysctl -qw net.ipv4.ip_forward=1')
  await prepare('peer', 'route add default via 10.91.0.254')
  await prepare('peer', '-6 route add default via fd91::254')
  // The wire carries: the bridge's ports forward, and the gateway is known.
  await prepareInside('peer', 'ping -n -q -c 1 -W 3 10.91.0.254')
  await prepareInside('peer', 'ping -n -q -c 1 -W 3 fd91::254')

  /** Bash is there instead of this process, which is in no namespace. */
  const knockFrom: Knock = async (address, port, timeoutMs) => {
    const words = [...prefix, 'timeout', String(timeoutMs / 1000), 'bash', '-c', knockText]
    const args = [...words, 'knock', address, String(port)]
    return await execute('env', args).then(
      () => true,
      () => false,
    )
  }
  const prefix = ['ip', 'netns', 'exec', name('peer')]
  /** The probe of this peer; `words` come before each tool, to take a privilege away from it. */
  const probeOf = (witnesses: readonly string[] = [], words: readonly string[] = []) =>
    createProbe(
      { witnesses },
      {
        clock: realClock,
        run: createRunTool({ ...systemTools, prefix: [...prefix, ...words] }),
        knock: knockFrom,
      },
    )
  const look = async (
    addresses: readonly string[],
    { witnesses = [] as readonly string[], budgetMs = 15_000, probe = probeOf(witnesses) } = {},
  ) => {
    return await probe.probe(addresses, budgetMs, new AbortController().signal, {
      sinceMs: realClock.nowMs(),
    })
  }
  const filter = (host: Name, rules: readonly string[]): void => {
    const chains = [
      'add table inet f',
      'add chain inet f in { type filter hook input priority 0; }',
      'add chain inet f out { type filter hook output priority 0; }',
      'add chain inet f forward { type filter hook forward priority 0; }',
    ]
    inside(
      host,
      'nft -f -',
      [...chains, ...rules.map((rule) => `add rule inet f ${rule}`)].join('\n'),
    )
  }
  const linkAddress = (host: Name): string =>
    /link\/ether (\S+)/.exec(ip(host, 'link show dev v0'))?.[1] ?? ''
  return { ip, inside, look, probeOf, filter, linkAddress }
}

// The address and the port come as arguments.
const knockText = 'exec 3<>"/dev/tcp/$1/$2"'

/** No IPv4 and IPv6 in either direction, ARP still answers (neighbour discovery does not). */
export const dropAll = ['in drop', 'out drop']
