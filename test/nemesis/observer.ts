/**
 * The truth, from outside the hosts: tasks from the lab's own /proc, counters from where the disks
 * are stored, signs of life from the peer's packet filter. It shares nothing with the agent.
 */
import { execFile } from 'node:child_process'
import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import type { LivingQemu } from './history.ts'

const run = promisify(execFile)
const labDirectory = process.env['LAB_DIR'] ?? ''
const tickMs = 10
const ackPollMs = 100

/** ms since boot: the clock that start times of processes are told in. */
export const nowMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    // Processes end while they are looked at.
    if (error instanceof Error && 'code' in error) return ''
    throw error
  }
}

/** State and start of a process or a task; the name may hold anything, so count from its end. */
const readStat = (directory: string): { state: string; startTicks: number } | undefined => {
  const text = read(`${directory}/stat`)
  if (text === '') return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', startTicks: Number(fields[19]) }
}

const livingTasks = (pid: number): readonly string[] => {
  const tasks: string[] = []
  try {
    for (const tid of readdirSync(`/proc/${pid}/task`)) {
      const stat = readStat(`/proc/${pid}/task/${tid}`)
      if (stat !== undefined && !['Z', 'X'].includes(stat.state)) tasks.push(`${tid} ${stat.state}`)
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
  }
  return tasks
}

export interface Observer {
  /**
   * Begins to watch a VM of the host; again after each start of a qemu, which may have a new disk.
   */
  readonly watch: (vm: string) => void
  readonly living: (vm: string) => readonly LivingQemu[]
  readonly counters: (vm: string) => readonly number[]
  /** The most, in ms, that our own timer was late since then: how starved this machine is. */
  readonly lagSince: (sinceMs: number) => number
  readonly stop: () => void
}

export const createObserver = (host: string): Observer => {
  const known = new Map<string, Map<number, number>>()
  const disks = new Map<string, Set<string>>()
  const note = (vm: string, pid: number): void => {
    const stat = readStat(`/proc/${pid}`)
    if (stat !== undefined) known.get(vm)?.set(pid, stat.startTicks)
  }
  /** Whatever says that it is one of our VMs, also what somebody else has started. */
  const lookAround = (): void => {
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue
      const words = read(`/proc/${pid}/cmdline`).split('\0')
      const vm = words[words.indexOf('-uuid') + 1] ?? ''
      if (words[0]?.includes('qemu-') === true && known.has(vm)) note(vm, Number(pid))
    }
  }
  // What starts and is killed again soon has to be known before it loses its command line.
  let lookedMs = nowMs()
  const lags: (readonly [atMs: number, lagMs: number])[] = []
  const lag = (): number => Math.max(0, Math.round(nowMs() - lookedMs - ackPollMs))
  const timer = setInterval(() => {
    lags.push([nowMs(), lag()])
    lookedMs = nowMs()
    lookAround()
  }, ackPollMs)
  return {
    watch: (vm) => {
      const of = `${labDirectory}/hosts/${host}/vms/${vm}`
      if (!known.has(vm)) known.set(vm, new Map())
      const backing = read(`${of}/backing`).trim()
      if (backing !== '') disks.set(vm, (disks.get(vm) ?? new Set()).add(backing))
      for (const line of read(`${of}/processes`).trim().split('\n')) {
        const [pid = 0, start = 0] = line.split(' ').map(Number)
        if (pid > 0) known.get(vm)?.set(pid, start)
      }
    },
    living: (vm) => {
      const look = (): readonly LivingQemu[] =>
        [...(known.get(vm) ?? [])].flatMap(([pid, startTicks]) => {
          const isSame = readStat(`/proc/${pid}`)?.startTicks === startTicks
          const tasks = isSame ? livingTasks(pid) : []
          return tasks.length === 0 ? [] : [{ pid, startedMs: startTicks * tickMs, tasks }]
        })
      // First those that are known: the moment counts.
      const first = look()
      lookAround()
      return first.length > 0 ? first : look()
    },
    counters: (vm) => [...(disks.get(vm) ?? [])].map(readCounter),
    lagSince: (sinceMs) => {
      const since = lags.filter(([atMs]) => atMs >= sinceMs).map(([, ms]) => ms)
      return Math.max(lag(), ...since)
    },
    stop: () => {
      clearInterval(timer)
    },
  }
}

const readCounter = (file: string): number => {
  const handle = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(4)
    readSync(handle, bytes, 0, 4, 512)
    return bytes.readUInt32LE()
  } finally {
    closeSync(handle)
  }
}

/** Notes when the peer last received anything from each address: IP of any kind, and ARP. */
export const listenForSigns = async (): Promise<void> => {
  const set = (name: string, type: string): string =>
    `set ${name} { type ${type}; flags dynamic,timeout; timeout 1h; }`
  const rules = `
    table inet signs {
      ${set('v4', 'ipv4_addr')}
      ${set('v6', 'ipv6_addr')}
      chain in {
        type filter hook prerouting priority -400;
        update @v4 { ip saddr }
        update @v6 { ip6 saddr }
      }
    }
    table arp signs {
      ${set('v4', 'ipv4_addr')}
      chain in {
        type filter hook input priority -400;
        update @v4 { arp saddr ip }
      }
    }`
  await run('nft', [rules])
}

/** Per address, when it was last heard of. */
export const lastHeard = async (): Promise<Readonly<Record<string, number>>> => {
  const { stdout } = await run('nft', ['list ruleset'])
  return parseHeard(stdout, nowMs())
}

const lifeMs = 3_600_000

/** An element that lives for an hour and has 59m58s900ms left was heard 1100 ms ago. */
export const parseHeard = (ruleset: string, atMs: number): Readonly<Record<string, number>> => {
  const heard: Record<string, number> = {}
  const element = /([0-9a-f.:]+) expires (?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?/g
  for (const [, address = '', ...left] of ruleset.matchAll(element)) {
    const [h = 0, m = 0, s = 0, ms = 0] = left.map((text: string | undefined) => Number(text ?? 0))
    const leftMs = ((h * 60 + m) * 60 + s) * 1000 + ms
    heard[address] = Math.max(heard[address] ?? 0, atMs - (lifeMs - leftMs))
  }
  return heard
}
