/** The hosts, the agent and the bystanders of one round. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import type { AgentProcess } from '../fixtures/servers/agent-process.ts'
import { bootHost, lab } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'
import type { BystanderSeen } from './history.ts'
import { silenceSec } from './invariants.ts'
import { createObserver } from './observer.ts'
import type { Observer } from './observer.ts'
import type { RoundPlan, TargetPlan } from './plan.ts'

const labDirectory = process.env['LAB_DIR'] ?? ''
const key = `${labDirectory}/client_key`

/** Where the relay of some faults listens on the suspect. */
export const relayPort = 2200

export interface Scene {
  readonly plan: RoundPlan
  readonly suspect: LabHost
  readonly witness: LabHost
  readonly observer: Observer
  readonly agent: AgentControl
  readonly bystanders: Bystanders
  readonly close: () => Promise<void>
}

export interface AgentControl {
  /** The one that runs, as soon as it runs. */
  readonly now: () => Promise<AgentProcess>
  /** How often it was killed. */
  readonly kills: () => number
  readonly killAndRestart: () => Promise<void>
}

export interface Bystanders {
  readonly add: (name: string, isAlive: () => Promise<boolean>) => void
  readonly look: () => Promise<readonly BystanderSeen[]>
}

export const openScene = async (plan: RoundPlan): Promise<Scene> => {
  const [suspect, witness] = await Promise.all([bootHost(), bootHost('--no-libvirt')])
  await suspect.exec(`echo host=${plan.hostUuid} >/etc/zstack-uuids`)
  const agent = await openAgent(suspect, witness)
  const observer = createObserver(suspect.name)
  const bystanders = createBystanders()
  await startNeighbour(plan, suspect, observer, bystanders)
  const guest = plan.guest ? await logInGuest(suspect, bystanders) : undefined
  return {
    plan,
    suspect,
    witness,
    observer,
    agent,
    bystanders,
    close: async () => {
      observer.stop()
      guest?.kill('SIGKILL')
      await (await agent.now()).stop()
      await Promise.all([suspect.down(), witness.down()])
    },
  }
}

const openAgent = async (suspect: LabHost, witness: LabHost): Promise<AgentControl> => {
  const config = {
    // As little as it may be: what a budget leaves of it is for the silence.
    ssh: { identityFiles: [key], connectWindowMs: 3_500 },
    suspects: { pidNamespace: 'nested' },
    probe: { witnesses: [witness.address], silenceSec },
    log: { level: 'info' },
  }
  // On storage of the witness's, which a fault can freeze.
  await lab('storage', 'make', witness.name)
  const directory = `${labDirectory}/hosts/${witness.name}/storage/agent`
  mkdirSync(directory)
  let running = startAgent(config, directory)
  let kills = 0
  const agent = await running
  const line = await lab('host', 'hostkey', suspect.name)
  const [names = '', ...hostKey] = line.split(' ')
  const relayed = names.split(',').map((name) => `[${name}]:${relayPort}`)
  agent.trust(line)
  agent.trust([relayed.join(), ...hostKey].join(' '))
  return {
    now: async () => await running,
    kills: () => kills,
    killAndRestart: async () => {
      kills += 1
      const before = await running
      running = before.kill().then(async () => await startAgent(config, before.directory))
      await running
    },
  }
}

export const startTarget = async (
  { suspect, observer }: Scene,
  { vm, name, disk, orphan }: TargetPlan,
): Promise<void> => {
  const options = ['--name', name, ...(orphan ? ['--orphan'] : [])]
  if (disk === 'file') {
    options.push('--disk', await lab('storage', 'make', suspect.name))
  } else if (disk !== 'plain') {
    const aio = disk === 'lun-uring' ? 'io_uring' : 'native'
    const device = await lab('storage', 'lun', suspect.name)
    options.push('--disk', device, '--cache', 'none', '--aio', aio)
  }
  await suspect.startVm(vm, ...options)
  observer.watch(vm)
}

/**
 * Another VM whose name begins with the first target's, and whose disk lies below the target's
 * uuid.
 */
const startNeighbour = async (
  { phases, hostUuid }: RoundPlan,
  suspect: LabHost,
  observer: Observer,
  bystanders: Bystanders,
): Promise<void> => {
  const [first] = phases
  if (first === undefined) return
  const { vm } = first.target
  const neighbour = `${vm.slice(0, 28)}${hostUuid.slice(0, 8)}`
  const folder = `/var/tmp/${vm}`
  await suspect.exec(`mkdir -p ${folder}`)
  await suspect.startVm(neighbour, '--name', `${vm.replaceAll('-', '')}-copy`, '--disk', folder)
  observer.watch(neighbour)
  const [qemu] = observer.living(neighbour)
  bystanders.add('the VM with the longer name', async () => {
    const living = observer.living(neighbour)
    return await Promise.resolve(living.some(({ pid }) => pid === qemu?.pid))
  })
}

/**
 * Somebody else's session on the suspect. A fault may cut its connection; its process has to live.
 */
const logInGuest = async (suspect: LabHost, bystanders: Bystanders) => {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR']
  const args = ['-i', key, ...options.flatMap((option) => ['-o', option])]
  const guest = spawn('ssh', [...args, `ops@${suspect.address}`, 'echo $$; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const signal = AbortSignal.timeout(30_000)
  const [pid] = (await once(guest.stdout, 'data', { signal })) as [Buffer]
  bystanders.add('the guest', async () => {
    const { code } = await suspect.exec(`[[ $(</proc/${String(pid).trim()}/comm) == sleep ]]`)
    return code === 0
  })
  return guest
}

const createBystanders = (): Bystanders => {
  const all = new Map<string, () => Promise<boolean>>()
  return {
    add: (name, isAlive) => all.set(name, isAlive),
    look: async () =>
      await Promise.all(
        [...all].map(async ([name, isAlive]) => ({ name, isAlive: await isAlive() })),
      ),
  }
}

/** The last line may be half written. */
export const readJournal = (directory: string): readonly Readonly<Record<string, unknown>>[] => {
  const lines = readFileSync(`${directory}/journal.jsonl`, 'utf8').split('\n')
  return lines.flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]
    } catch (error) {
      if (error instanceof SyntaxError) return []
      throw error
    }
  })
}
