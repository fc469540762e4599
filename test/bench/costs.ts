/** What a measurement cost: processor time on both ends, memory, connections. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabHost } from '../fixtures/lab/lab.ts'

const ticksPerSec = 100
const statusOf = (pid: number, key: string): number =>
  Number(
    new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1],
  )

export const rssMb = (pid: number): number => statusOf(pid, 'VmRSS') / 1024

const cpuSecOf = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSec
}

/** Of everything that runs on the host; NaN where the machine has no cgroup2. */
const hostCpuSec = ({ name }: LabHost): number => {
  const file = join(process.env['LAB_DIR'] ?? '', 'hosts', name, 'cgroup')
  try {
    const group = readFileSync(file, 'utf8').trim()
    const text = readFileSync(join(group, 'cpu.stat'), 'utf8')
    return Number(/^usage_usec (\d+)/m.exec(text)?.[1]) / 1_000_000
  } catch (error) {
    if (error instanceof Error && 'code' in error) return Number.NaN
    throw error
  }
}

const nft = (text: string): string =>
  execFileSync('nft', ['-f', '-'], { input: text, encoding: 'utf8' })

/** Counts the connections that this peer begins to any sshd. */
export const countConnections = (): void => {
  nft(
    [
      'add table inet bench',
      'add chain inet bench out { type filter hook output priority 0; }',
      'add counter inet bench ssh',
      'add rule inet bench out tcp dport 22 tcp flags & (syn|ack) == syn counter name ssh',
    ].join('\n'),
  )
}

const connections = (): number => {
  const text = execFileSync('nft', ['list', 'counter', 'inet', 'bench', 'ssh'], {
    encoding: 'utf8',
  })
  return Number(/packets (\d+)/.exec(text)?.[1])
}

export interface Costs {
  readonly agentCpuSec: number
  readonly suspectCpuSec: number
  readonly peakMb: number
  readonly connections: number
}

/** What has been spent since the call, on the agent and on these hosts. */
export const startCosts = (pid: number, hosts: readonly LabHost[]): (() => Costs) => {
  const suspectsSec = (): number => hosts.reduce((sum, host) => sum + hostCpuSec(host), 0)
  // From here on the high-water mark is that of this measurement.
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  const before = { agent: cpuSecOf(pid), suspects: suspectsSec(), connections: connections() }
  return () => ({
    agentCpuSec: cpuSecOf(pid) - before.agent,
    suspectCpuSec: suspectsSec() - before.suspects,
    peakMb: statusOf(pid, 'VmHWM') / 1024,
    connections: connections() - before.connections,
  })
}
