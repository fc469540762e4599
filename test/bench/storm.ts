/** A host fails with all its VMs, and every one is asked about at once. */
import type { AgentProcess, FenceAnswer } from '../fixtures/servers/agent-process.ts'
import { bootHost } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'
import { holdMs, startBenchAgent } from './agents.ts'
import { rssMb, startCosts } from './costs.ts'
import type { Costs } from './costs.ts'
import { median, ms, print, printTitle, quantile } from './numbers.ts'
import { ssh } from './ssh.ts'
import { startVms } from './vms.ts'
import type { BenchVm } from './vms.ts'

interface Storm {
  readonly wallMs: number
  readonly tookMs: readonly number[]
  readonly lost: number
  readonly wrong: number
  readonly costs: Costs
}

/** All VMs of all hosts at once, one request each. */
const storm = async (
  agent: AgentProcess,
  targets: readonly { readonly host: LabHost; readonly vms: readonly BenchVm[] }[],
): Promise<Storm> => {
  const costs = startCosts(
    agent.pid,
    targets.map(({ host }) => host),
  )
  const startedMs = performance.now()
  const ask = async (host: LabHost, vm: BenchVm) => {
    const answer: FenceAnswer = await agent.fence({
      vmUuid: vm.vm,
      targetHostIp: host.address,
      sshTimeoutSec: 60,
    })
    // The truth at the moment of the answer.
    const isDead = answer.verdict === 'qemuConfirmedDead'
    return { tookMs: performance.now() - startedMs, isDead, isWrong: isDead && vm.isAlive() }
  }
  const answers = await Promise.all(
    targets.flatMap(({ host, vms }) => vms.map(async (vm) => await ask(host, vm))),
  )
  return {
    wallMs: performance.now() - startedMs,
    tookMs: answers.map(({ tookMs }) => tookMs),
    lost: answers.filter(({ isDead }) => !isDead).length,
    wrong: answers.filter(({ isWrong }) => isWrong).length,
    costs: costs(),
  }
}

/** Every process of the host is looked at once, the VMs' are killed, and each is waited for. */
const localPass = `
use Time::HiRes qw(time sleep);
my $started = time; my %wanted = map { chomp; $_ => 1 } <STDIN>; my @pids;
for my $dir (glob '/proc/[0-9]*') {
  open my $file, '<', "$dir/cmdline" or next; local $/; my @argv = split /\\0/, <$file> // '';
  for my $i (0 .. $#argv - 1) { push @pids, substr $dir, 6 if $argv[$i] eq '-uuid' && $wanted{$argv[$i + 1]} }
}
kill 'KILL', @pids;
while (@pids = grep { -d "/proc/$_" } @pids) { sleep 0.001 }
printf "%d\\n", (time - $started) * 1000;
`

const onHost = async (host: LabHost, command: string, stdin: string): Promise<string> => {
  const { code, text } = await host.exec(`${command} <<'END'\n${stdin}\nEND`)
  if (code !== 0) throw new Error(text)
  return text.split('\n').at(-1) ?? ''
}

const measureLocalPass = async (host: LabHost, count: number): Promise<number> => {
  const vms = await startVms(host, count)
  return Number(
    await onHost(
      host,
      `perl -e '${localPass.replaceAll("'", String.raw`'\''`)}'`,
      vms.map(({ vm }) => vm).join('\n'),
    ),
  )
}

/** Today's practice, made as cheap as it gets: one session that goes through them. */
const measureLoop = async (host: LabHost, count: number): Promise<number> => {
  const vms = await startVms(host, count)
  const loop = `a=$EPOCHREALTIME; while read -r vm; do virsh -q destroy $vm; pkill -9 -f "[q]emu.*$vm"; pgrep -f "[q]emu.*$vm"; done >/dev/null 2>&1; b=$EPOCHREALTIME; echo $(( (\${b/./} - \${a/./}) / 1000 ))`
  const { text } = await host.exec(
    `{ ${loop}; } <<'END'\n${vms.map(({ vm }) => vm).join('\n')}\nEND`,
  )
  return Number(text.split('\n').at(-1))
}

const measureConnection = async ({ address }: LabHost): Promise<number> => {
  const tookMs: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const startedMs = performance.now()
    await ssh(address, 'true')
    tookMs.push(performance.now() - startedMs)
  }
  return median(tookMs)
}

const heads =
  'VMs,lost,wrong,connections,all proven,p50,p99,agent CPU,suspects CPU,agent peak'.split(',')

const cells = ({ wallMs, tookMs, lost, wrong, costs }: Storm): readonly (string | number)[] => [
  lost,
  wrong,
  costs.connections,
  ms(wallMs),
  ms(quantile(tookMs, 0.5)),
  ms(quantile(tookMs, 0.99)),
  `${costs.agentCpuSec.toFixed(2)} s`,
  `${costs.suspectCpuSec.toFixed(2)} s`,
  `${Math.round(costs.peakMb)} MB`,
]

export const benchStorms = async (
  counts: readonly number[],
  loops: readonly number[],
): Promise<void> => {
  printTitle(`Storms on one suspect, sshd as it comes; a hold of ${holdMs} ms is in all of it`)
  const host = await bootHost()
  const agent = await startBenchAgent(0)
  await agent.fence({ vmUuid: (await startVms(host, 1))[0]?.vm, targetHostIp: host.address })
  process.stdout.write(`agent idle: ${Math.round(rssMb(agent.pid))} MB\n\n`)
  const connectionMs = await measureConnection(host)
  print(`one connection (ssh true): ${ms(connectionMs)}`)
  print(
    ...heads,
    'local pass',
    'limit: 2 passes and a connection',
    'less the hold',
    'loop over one ssh',
  )
  for (const count of counts) {
    const seen = await storm(agent, [{ host, vms: await startVms(host, count) }])
    const localMs = await measureLocalPass(host, count)
    const loopMs = loops.includes(count) ? await measureLoop(host, count) : undefined
    print(
      count,
      ...cells(seen),
      ms(localMs),
      ms(2 * localMs + connectionMs),
      `${ms(seen.wallMs - holdMs)}, ${((seen.wallMs - holdMs) / localMs).toFixed(1)} passes`,
      loopMs === undefined ? '' : `${ms(loopMs)}, ${(loopMs / seen.wallMs).toFixed(1)}x ours`,
    )
  }
  await agent.stop()
  await host.down()
}

export const benchSuspects = async (hosts: number, vmsEach: number): Promise<void> => {
  printTitle(`${hosts} suspects at once, ${vmsEach} VMs each`)
  const agent = await startBenchAgent(0)
  const targets = []
  for (let number = 0; number < hosts; number += 1) {
    const host = await bootHost()
    targets.push({ host, vms: await startVms(host, vmsEach) })
  }
  print(...heads)
  print(hosts * vmsEach, ...cells(await storm(agent, targets)))
  await agent.stop()
  for (const { host } of targets) await host.down()
}
