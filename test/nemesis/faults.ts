/** Every fault made real, and its undo. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ask, bootHost, lab } from '../fixtures/lab/lab.ts'
import type { FaultName } from './kinds.ts'
import type { TargetPlan } from './plan.ts'
import { relayPort } from './scene.ts'
import type { Scene } from './scene.ts'

const run = promisify(execFile)
const relayFile = fileURLToPath(new URL('./relay.js', import.meta.url))
const labDirectory = process.env['LAB_DIR'] ?? ''

export type Undo = () => Promise<void>
type Fault = (scene: Scene, target: TargetPlan, size: number) => Promise<Undo>

const nothing: Undo = async () => {}

const state =
  (name: string, undo: string): Fault =>
  async ({ suspect }) => {
    await suspect.state(name)
    return async () => {
      await suspect.state(undo)
    }
  }

const net = (name: string): Fault => state(name, 'net-ok')

/**
 * Silence, and the peer's neighbour entry is gone: always, or every other time. It would vouch for
 * the suspect for half a minute, on the same network; behind a gateway nothing does.
 */
const unknown =
  (fault: Fault, every: 1 | 2): Fault =>
  async (scene, target, size) => {
    const undo = await fault(scene, target, size)
    if (size % every === 0) await forgetNeighbours(scene)
    return undo
  }

/** A fault that ends by itself, after 300 to 1300 ms. */
const briefly =
  (name: string, undo: string): Fault =>
  async ({ suspect }, _target, size) => {
    await suspect.state(name)
    await sleep(300 + size)
    await suspect.state(undo)
    return nothing
  }

/** As a bouncer of the suspect does it: for this peer alone, over IP alone. */
const banOfThisPeer: Fault = async ({ suspect }) => {
  await suspect.exec(
    "nft 'add table inet ban; add chain inet ban in { type filter hook input priority -10; }; add rule inet ban in ip saddr 10.77.0.1 drop'",
  )
  return async () => {
    await suspect.state('net-ok')
  }
}

/** A port that blocks for as long as a short spanning tree does. */
const switchPortComesBack: Fault = async ({ suspect }, _target, size) => {
  await suspect.state('link-down')
  await sleep(5_000 + size)
  await suspect.state('link-up')
  return nothing
}

const relay =
  (mode: string, sizeOf: (size: number) => number): Fault =>
  async ({ suspect }, _target, size) => {
    const init = readFileSync(`${labDirectory}/hosts/${suspect.name}/init.pid`, 'utf8').trim()
    const command = [process.execPath, relayFile, `${relayPort}`, mode, `${sizeOf(size)}`]
    const child = spawn('nsenter', ['--target', init, '--net', '--', ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data', { signal: AbortSignal.timeout(30_000) })
    return async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
  }

/** Storage hangs under the running VM; with `killed`, somebody has killed its qemu since. */
const hang =
  (killed: boolean): Fault =>
  async ({ suspect }, { vm }) => {
    await suspect.state('hang-storage', vm)
    const pid = await lab('vm', 'pid', suspect.name, vm)
    if (killed) await suspect.exec(`kill -9 ${pid}; sleep 0.5`)
    return async () => {
      await suspect.state('thaw-storage')
    }
  }

const forgetNeighbours = async (scene: Scene): Promise<void> => {
  for (const address of [scene.suspect.address, scene.suspect.address6]) {
    await run('ip', ['neigh', 'flush', 'to', address, 'dev', 'lab0'])
  }
}

/** The suspect is cut off, and another host has its address; the twin has its host key too. */
const replaced =
  (isTwin: boolean): Fault =>
  async (scene) => {
    const { suspect } = scene
    const other = await bootHost('--no-libvirt')
    if (isTwin) {
      const file = '/etc/ssh/ssh_host_ed25519_key'
      const { text } = await suspect.exec(`base64 -w 0 ${file}`)
      await other.exec(`echo host=0123456789abcdef0123456789abcdef >/etc/zstack-uuids
        rm ${file}*; umask 077; base64 -d <<<${text} >${file}`)
      await other.state('sshd-stop')
      await other.state('sshd-start')
    }
    await suspect.state('link-down')
    const { address, address6 } = suspect
    const add = `ip addr add ${address}/24 dev eth0; ip addr add ${address6}/64 dev eth0 nodad`
    await other.exec(add)
    await forgetNeighbours(scene)
    return async () => {
      await other.down()
      await suspect.state('link-up')
      await forgetNeighbours(scene)
    }
  }

const fillStartups: Fault = async ({ suspect }, _target, size) => {
  const sockets = Array.from({ length: 12 + (size % 29) }, () =>
    connect(22, suspect.address).on('error', () => undefined),
  )
  await sleep(300)
  return async () => {
    for (const socket of sockets) socket.destroy()
    await Promise.resolve()
  }
}

const changeHostKey: Fault = async ({ suspect }) => {
  await suspect.exec('cp -a /etc/ssh/ssh_host_ed25519_key* /run/')
  await lab('host', 'rekey', suspect.name)
  return async () => {
    await suspect.exec('cp -a /run/ssh_host_ed25519_key* /etc/ssh/')
    await suspect.state('sshd-stop')
    await suspect.state('sshd-start')
  }
}

const cutOwnLink: Fault = async () => {
  await run('ip', ['link', 'set', 'lab0', 'down'])
  return async () => {
    await run('ip', ['link', 'set', 'lab0', 'up'])
    // The kernel forgets an IPv6 address with its link.
    await run('ip', ['addr', 'replace', 'fd77::1/64', 'dev', 'lab0', 'nodad'])
  }
}

const addLookAlikes: Fault = async ({ suspect, bystanders }, { vm }) => {
  await lab('innocent', suspect.name, vm)
  return async () => {
    const dead = (await ask('innocent-alive', suspect.name)).text.split('\n')
    const list = readFileSync(`${labDirectory}/hosts/${suspect.name}/innocents`, 'utf8')
    for (const line of list.trim().split('\n')) {
      const [name = '', pid] = line.split(' ')
      if (!dead.includes(name)) process.kill(Number(pid), 'SIGKILL')
      else bystanders.add(`look-alike ${name}`, async () => await Promise.resolve(false))
    }
  }
}

/** The VM may be dead already when a fault comes during its fence. */
const stopQemu: Fault = async ({ suspect }, { vm }) => {
  await ask('state', suspect.name, 'qemu-stop', vm)
  return async () => {
    await ask('state', suspect.name, 'qemu-resume', vm)
  }
}

const killQemu: Fault = async ({ suspect }, { vm }) => {
  await suspect.exec(`kill -9 ${await lab('vm', 'pid', suspect.name, vm)}`)
  return nothing
}

const startSecond: Fault = async ({ suspect, observer }, { vm }) => {
  await suspect.startVm(vm, '--orphan', '--disk', '/var/tmp')
  observer.watch(vm)
  return nothing
}

const respawn: Fault = async ({ suspect }, { vm }, size) => {
  await suspect.state('respawner', vm, `${size % 150}`)
  return async () => {
    await suspect.state('no-respawner')
  }
}

const cutSessions: Fault = async ({ suspect }) => {
  await suspect.state('sshd-cut')
  return nothing
}

const hangJournal: Fault = async ({ witness }) => {
  await lab('storage', 'freeze', witness.name)
  return async () => {
    await lab('storage', 'thaw', witness.name)
  }
}

const silenceWitness: Fault = async ({ suspect, witness }) => {
  await suspect.state('drop')
  await witness.state('drop')
  return async () => {
    await suspect.state('net-ok')
    await witness.state('net-ok')
  }
}

const loss: Fault = async ({ suspect }, _target, size) => {
  await suspect.state('loss', `${3 + (size % 8)}`)
  return async () => {
    await suspect.state('net-ok')
  }
}

const faults: Readonly<Record<FaultName, Fault>> = {
  none: async () => nothing,
  silent: unknown(net('drop'), 1),
  unplugged: unknown(state('link-down', 'link-up'), 1),
  drop: unknown(net('drop'), 2),
  'drop-ip': net('drop-ip'),
  'drop-ssh': net('drop-ssh'),
  'reject-rst': net('reject-rst'),
  'reject-prohibited': net('reject-prohibited'),
  'no-icmp': net('no-icmp'),
  'link-down': unknown(state('link-down', 'link-up'), 2),
  'ban-of-this-peer': banOfThisPeer,
  'switch-port-comes-back': switchPortComesBack,
  'drop-for-a-moment': briefly('drop', 'net-ok'),
  loss,
  delay: relay('delay', (size) => size % 200),
  'connection-cut': relay('cut', (size) => size * 6),
  'connection-stalls': relay('stall', (size) => size * 6),
  'host-key-changed': changeHostKey,
  'other-host': replaced(false),
  'twin-host': replaced(true),
  'witness-silent': unknown(silenceWitness, 1),
  'peer-link-down': cutOwnLink,
  'journal-hung': hangJournal,
  'agent-killed': async ({ agent }) => {
    await agent.killAndRestart()
    return nothing
  },
  'sshd-stopped': state('sshd-stop', 'sshd-start'),
  'sshd-hung': state('sshd-hang', 'sshd-resume'),
  'sshd-hung-for-a-moment': briefly('sshd-hang', 'sshd-resume'),
  'sessions-killed': cutSessions,
  'startups-filled': fillStartups,
  storm: async () => nothing,
  'libvirtd-stopped': state('libvirtd-stop', 'libvirtd-start'),
  'libvirtd-hung': state('libvirtd-hang', 'libvirtd-resume'),
  'qemu-stopped': stopQemu,
  'killed-by-another': killQemu,
  'second-qemu': startSecond,
  respawner: respawn,
  'look-alikes': addLookAlikes,
  'unkillable-io': hang(false),
  'zombie-leader': hang(true),
  'unkillable-lun': hang(false),
  'exit-hangs': hang(true),
  'write-in-flight': hang(false),
}

export const applyFault = async (
  name: FaultName,
  scene: Scene,
  target: TargetPlan,
  size: number,
): Promise<Undo> => await faults[name](scene, target, size)
