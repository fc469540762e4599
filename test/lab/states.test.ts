// spoils block devices
/**
 * Every state that a suspect is known to be in, made real in the lab, fenced through HTTP and SSH,
 * and held against the truth as seen from outside. The closing comments are the table of what came
 * out.
 */
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { startAgent, ownMs } from '../fixtures/servers/agent-process.ts'
import type { AgentProcess, FenceAnswer } from '../fixtures/servers/agent-process.ts'
import { bootHost, lab, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

// Forty hosts; those that cannot be fenced take their whole budget.
tap.setTimeout(900_000)

const proceeds = ['qemuConfirmedDead', 'targetHostUnreachable']

interface Row {
  readonly state: string
  readonly reason: string
  /**
   * Brings the host into the state; the VM's uuid is given, and started here where it should run.
   */
  readonly make: (host: LabHost, vm: string) => Promise<void>
  readonly command?: object
  /** Whether a task of the VM has to be alive afterwards; checked from outside. */
  readonly alive: boolean
}

const withStorage =
  (...options: readonly string[]) =>
  async (host: LabHost, vm: string) => {
    const disk = await lab('storage', options[0] === 'lun' ? 'lun' : 'make', host.name)
    await host.startVm(vm, '--disk', disk, ...options.slice(1))
    await host.state('hang-storage', vm)
  }

const killedBefore = (make: Row['make']) => async (host: LabHost, vm: string) => {
  await make(host, vm)
  // As a helper that trusts pgrep would; then long enough for a leader to become a zombie.
  await host.exec(`kill -9 $(pgrep -f '[q]emu.*${vm}'); sleep 0.5`)
}

const fileHang = withStorage('make', '--cache', 'writethrough', '--aio', 'threads')
const nativeHang = withStorage('lun', '--cache', 'none', '--aio', 'native')
const uringHang = withStorage('lun', '--cache', 'none', '--aio', 'io_uring')
const short = { sshTimeoutSec: 12 }

/** The VM runs, and the host is brought into a state; `VM` among its words stands for the uuid. */
const runningIn =
  (...state: readonly string[]): Row['make'] =>
  async (host, vm) => {
    await host.startVm(vm)
    if (state.length > 0) await host.state(...state.map((word) => (word === 'VM' ? vm : word)))
  }

const absent: Row['make'] = async () => {}

const rows: readonly Row[] = [
  { state: 'a libvirt VM, name = 32 hex', reason: 'destroyed', alive: false, make: runningIn() },
  {
    state: 'a libvirt VM named instance-00000001',
    reason: 'destroyed',
    alive: false,
    make: async (host, vm) => {
      await host.startVm(vm, '--name', 'instance')
    },
  },
  {
    state: 'an orphan that libvirt does not know',
    reason: 'destroyed',
    alive: false,
    make: async (host, vm) => {
      await host.startVm(vm, '--orphan')
    },
  },
  {
    state: 'two qemu of one uuid',
    reason: 'destroyed',
    alive: false,
    make: async (host, vm) => {
      await host.startVm(vm)
      await host.startVm(vm, '--orphan', '--disk', '/var/tmp')
    },
  },
  {
    state: 'libvirtd stopped',
    reason: 'destroyed',
    alive: false,
    make: runningIn('libvirtd-stop'),
  },
  {
    state: 'libvirtd hung (SIGSTOP)',
    reason: 'destroyed',
    alive: false,
    make: runningIn('libvirtd-hang'),
  },
  {
    state: 'a SIGSTOPped qemu',
    reason: 'destroyed',
    alive: false,
    make: runningIn('qemu-stop', 'VM'),
  },
  { state: 'the VM is not there', reason: 'already-gone', alive: false, make: absent },
  {
    state: 'an unreaped zombie',
    reason: 'already-gone',
    alive: false,
    make: async (host, vm) => {
      await host.state('zombie-qemu', vm)
    },
  },
  {
    state: 'unkillable I/O, running',
    reason: 'unkillable',
    alive: true,
    make: fileHang,
    command: short,
  },
  {
    state: 'unkillable I/O, killed before: zombie leader, empty cmdline',
    reason: 'unkillable',
    alive: true,
    make: killedBefore(fileHang),
    command: short,
  },
  {
    state: 'no memory map: a thread in exit_aio, running before',
    reason: 'unkillable',
    alive: true,
    make: nativeHang,
    command: short,
  },
  {
    state: 'no memory map, killed before, libvirt remembers it',
    reason: 'unkillable',
    alive: true,
    make: killedBefore(nativeHang),
    command: short,
  },
  {
    state: 'no memory map, killed before, nobody can name it',
    reason: 'unattributable-qemu',
    alive: true,
    make: async (host, vm) => {
      const disk = await lab('storage', 'lun', host.name)
      await host.startVm(vm, '--orphan', '--disk', disk, '--cache', 'none', '--aio', 'native')
      await host.state('hang-storage', vm)
      await host.exec(`kill -9 $(pgrep -f '[q]emu.*${vm}'); sleep 0.5`)
    },
    command: short,
  },
  {
    state: 'no memory map, killed before, named by the uuid of another VM',
    reason: 'unkillable',
    alive: true,
    make: async (host, vm) => {
      const disk = await lab('storage', 'lun', host.name)
      const name = newVmUuid().replaceAll('-', '')
      await host.startVm(vm, '--name', name, '--disk', disk, '--cache', 'none', '--aio', 'native')
      await host.state('hang-storage', vm)
      await host.exec(`kill -9 $(pgrep -f '[q]emu.*${vm}'); sleep 0.5`)
    },
    command: short,
  },
  {
    state: 'the same, and libvirt has forgotten it: only the cgroup is left',
    reason: 'unattributable-qemu',
    alive: true,
    make: async (host, vm) => {
      const disk = await lab('storage', 'lun', host.name)
      await host.startVm(vm, '--disk', disk, '--cache', 'none', '--aio', 'native')
      await host.state('hang-storage', vm)
      await host.state('libvirtd-hang')
      await host.exec(
        `kill -9 $(pgrep -f '[q]emu.*${vm}'); sleep 0.5; rm -f /run/libvirt/qemu/*.pid /run/libvirt/qemu/*.xml /etc/libvirt/qemu/*.xml`,
      )
    },
    command: short,
  },
  {
    state: 'io_uring on a hung LUN: gone, its write is not',
    reason: 'io-in-flight',
    alive: false,
    make: uringHang,
    command: short,
  },
  {
    state: 'io_uring on a hung LUN, killed before',
    reason: 'io-in-flight',
    alive: false,
    make: killedBefore(uringHang),
    command: short,
  },
  {
    state: 'no pgrep',
    reason: 'destroyed',
    alive: false,
    make: runningIn('no-pgrep'),
  },
  {
    state: 'no virsh',
    reason: 'destroyed',
    alive: false,
    make: runningIn('no-virsh'),
  },
  {
    state: 'fork limit: one more process',
    reason: 'destroyed',
    alive: false,
    make: runningIn('fork-limit', '1'),
    command: { sshTimeoutSec: 30 },
  },
  {
    state: 'fork limit: none at all',
    reason: 'destroyed',
    alive: false,
    make: runningIn('fork-limit', '0'),
    command: { sshTimeoutSec: 30 },
  },
  {
    state: 'a noisy login shell',
    reason: 'destroyed',
    alive: false,
    make: runningIn('noisy-login', 'root'),
  },
  {
    state: 'login shell dash',
    reason: 'destroyed',
    alive: false,
    make: runningIn('login-shell', 'root', '/bin/dash'),
  },
  {
    state: 'login shell nologin',
    reason: 'report-missing',
    alive: true,
    make: runningIn('login-shell', 'root', '/usr/sbin/nologin'),
  },
  {
    state: 'login shell true',
    reason: 'report-missing',
    alive: true,
    make: runningIn('login-shell', 'root', '/bin/true'),
  },
  {
    state: 'a user with sudo',
    reason: 'destroyed',
    alive: false,
    make: runningIn(),
    command: { targetHostUsername: 'ops' },
  },
  {
    state: 'a user without sudo, the VM runs',
    reason: 'sudo-refused',
    alive: true,
    make: runningIn(),
    command: { targetHostUsername: 'plain', ...short },
  },
  {
    state: 'a user without sudo who sees everything and cannot ask libvirt, the VM is not there',
    reason: 'start-not-excluded',
    alive: false,
    make: absent,
    command: { targetHostUsername: 'plain' },
  },
  {
    state: 'a user without sudo, hidepid',
    reason: 'processes-hidden',
    alive: true,
    make: runningIn('hidepid'),
    command: { targetHostUsername: 'plain', ...short },
  },
  {
    state: 'root, hidepid',
    reason: 'destroyed',
    alive: false,
    make: runningIn('hidepid'),
  },
  {
    state: 'login by password',
    reason: 'destroyed',
    alive: false,
    make: runningIn(),
    command: { targetHostPassword: 'lab-root-password' },
  },
  {
    state: 'a wrong host uuid',
    reason: 'wrong-host',
    alive: true,
    make: async (host, vm) => {
      await host.startVm(vm)
      await host.exec('echo host=11112222333344445555666677778888 >/etc/zstack-uuids')
    },
    command: { targetHostUuid: '99992222333344445555666677778888' },
  },
  {
    state: 'a host uuid that the host does not show',
    reason: 'host-not-confirmed',
    alive: true,
    make: async (host, vm) => {
      await host.startVm(vm)
    },
    command: { targetHostUuid: '99992222333344445555666677778888' },
  },
  {
    state: 'a host uuid that libvirt was told',
    reason: 'destroyed',
    alive: false,
    make: async (host, vm) => {
      await host.startVm(vm)
      const line = 'host_uuid = "99992222-3333-4444-5555-666677778888"'
      await host.exec(`echo '${line}' >>/etc/libvirt/libvirtd.conf`)
    },
    command: { targetHostUuid: '99992222333344445555666677778888' },
  },
]

const table: string[] = []

const note = (state: string, { verdict, reason, tookMs }: FenceAnswer): void => {
  table.push(`${state} | ${verdict} | ${reason} | ${tookMs} ms`)
}

const startLabAgent = async (
  t: Test,
  pidNamespace: 'initial' | 'nested' = 'nested',
): Promise<AgentProcess> => {
  const agent = await startAgent({
    ssh: { identityFiles: [`${process.env['LAB_DIR'] ?? ''}/client_key`] },
    suspects: { pidNamespace },
  })
  t.teardown(async () => {
    await agent.stop()
  })
  return agent
}

/** A row has a host of its own and mostly waits. */
const rowsAtOnce = 4

test('the states of a suspect', { timeout: 900_000, jobs: rowsAtOnce }, async (t) => {
  const agent = await startLabAgent(t)
  const playing = rows.map(
    async (row) =>
      await t.test(row.state, { buffered: true }, async (t) => {
        const host = await bootHost()
        const vm = newVmUuid()
        await row.make(host, vm)
        const budgetSec = 20
        const command = {
          vmUuid: vm,
          targetHostIp: host.address,
          sshTimeoutSec: budgetSec,
          ...row.command,
        }
        const answer = await agent.fence(command)
        note(row.state, answer)
        t.equal(answer.reason, row.reason, answer.summary)
        t.equal(answer.success, proceeds.includes(answer.verdict))
        t.ok(ownMs(answer) < command.sshTimeoutSec * 1000, 'inside the budget')
        const living = await host.living(vm)
        t.equal(
          living.length > 0,
          row.alive,
          `from outside: ${living.join('; ') || 'nothing lives'}`,
        )
        if (living.length > 0) t.equal(answer.verdict, 'qemuStillAlive')
        await host.down()
      }),
  )
  await Promise.all(playing)
  for (const line of table.toSorted()) t.comment(line)
})

test('innocent processes survive', async (t) => {
  const agent = await startLabAgent(t)
  const host = await bootHost()
  const vm = newVmUuid()
  await host.startVm(vm)
  const started = await lab('innocent', host.name, vm)
  t.ok(started.split('\n').length >= 10, started)
  const answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address })
  note('eleven innocent processes', answer)
  t.comment(table.at(-1) ?? '')
  t.same(await host.living(vm), [], 'the VM is dead')
  t.equal(await lab('innocent-alive', host.name), '', 'none of them died')
  // One of them bears the command line of a qemu as arguments of its own. That its memory shows no
  // machine clears it.
  t.equal(answer.reason, 'destroyed')
})

test('another VM that bears the uuid in hex as its name is not destroyed', async (t) => {
  const agent = await startLabAgent(t)
  const host = await bootHost()
  const [vm, other] = [newVmUuid(), newVmUuid()]
  await host.startVm(other, '--name', vm.replaceAll('-', ''))
  // Where libvirt did not come to answer in time, that is asked again.
  const wasAsked = ({ body }: FenceAnswer): boolean =>
    (body['evidence'] as { virsh?: string } | undefined)?.virsh !== 'no-answer'
  let answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address })
  for (let tries = 0; tries < 5 && !wasAsked(answer); tries += 1) {
    answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address })
  }
  note('another VM bears the uuid as its name', answer)
  t.comment(table.at(-1) ?? '')
  t.equal(answer.reason, 'already-gone')
  t.match(answer.body, { evidence: { virsh: 'no-such-vm' } }, 'libvirt was asked by uuid')
  t.not((await host.living(other)).length, 0)
})

test('a host that is a pid namespace of its own is a doubt by default', async (t) => {
  const agent = await startLabAgent(t, 'initial')
  const host = await bootHost()
  const vm = newVmUuid()
  await host.startVm(vm)
  const answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address })
  note('a foreign pid namespace', answer)
  t.comment(table.at(-1) ?? '')
  t.equal(answer.reason, 'pid-namespace')
})
