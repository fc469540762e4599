// spoils block devices
/**
 * No write after the verdict: qemu whose storage hangs under io_uring, and under the page cache.
 * What has landed is read where it is stored. The closing comments are the table of what came out.
 */
import { execFile } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import type { AgentProcess, FenceAnswer } from '../fixtures/servers/agent-process.ts'
import { bootHost, lab, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

tap.setTimeout(300_000)

const run = promisify(execFile)
const labDirectory = process.env['LAB_DIR'] ?? ''
const table: string[] = []

const note = (state: string, { verdict, reason, tookMs }: FenceAnswer): void => {
  table.push(`${state} | ${verdict} | ${reason} | ${tookMs} ms`)
}

const startLabAgent = async (t: Test, suspects: object = {}): Promise<AgentProcess> => {
  const agent = await startAgent({
    ssh: { identityFiles: [`${labDirectory}/client_key`] },
    suspects: { pidNamespace: 'nested', ...suspects },
  })
  t.teardown(async () => {
    await agent.stop()
  })
  return agent
}

/** A LUN that is done with a write when its backing store is, as one of a storage array. */
const makeLun = async (host: LabHost): Promise<string> => {
  const lun = await lab('storage', 'lun', host.name)
  await run('losetup', ['--direct-io=on', lun])
  return lun
}

/** An ext4 on a LUN, mounted on the host, and where the LUN is stored. */
const mountLun = async (host: LabHost): Promise<{ directory: string; backing: string }> => {
  const lun = await makeLun(host)
  const backing = readFileSync(
    `${labDirectory}/hosts/${host.name}/luns/${lun.replace('/dev/', '')}`,
    'utf8',
  ).trim()
  await run('mkfs.ext4', ['-q', '-O', '^has_journal', lun])
  await host.exec(`mkdir /srv/shared && mount ${lun} /srv/shared`)
  return { directory: '/srv/shared', backing }
}

/** The counter in an image on such an ext4, as it is stored. */
const storedCounter = async (backing: string, vm: string): Promise<number> => {
  const options = { encoding: 'buffer' } as const
  const { stdout } = await run('debugfs', ['-R', `cat /${vm}.img`, backing], options)
  return stdout.length < 516 ? 0 : stdout.readUInt32LE(512)
}

const uring = ['--cache', 'none', '--aio', 'io_uring'] as const

interface UringDisk {
  readonly disk: string
  readonly fileSystem: string
  /** Starts the VM; what it gives reads the counter where it is stored. */
  readonly start: (host: LabHost, vm: string) => Promise<() => Promise<number>>
}

const uringDisks: readonly UringDisk[] = [
  {
    disk: 'a hung LUN',
    fileSystem: 'block',
    start: async (host, vm) => {
      await host.startVm(vm, '--disk', await makeLun(host), ...uring)
      return async () => Number(await lab('vm', 'counter', host.name, vm))
    },
  },
  {
    disk: 'a file on a hung LUN',
    fileSystem: 'ext4',
    start: async (host, vm) => {
      const { directory, backing } = await mountLun(host)
      await host.startVm(vm, '--disk', directory, ...uring)
      // Its place on the LUN is allotted when it is first written.
      await sleep(1_000)
      await host.exec(`sync -f ${directory}`)
      return async () => await storedCounter(backing, vm)
    },
  },
]

for (const { disk, fileSystem, start } of uringDisks) {
  test(`io_uring on ${disk}: refused until the write has landed`, async (t) => {
    const agent = await startLabAgent(t)
    const host = await bootHost()
    const vm = newVmUuid()
    const counter = await start(host, vm)
    await host.state('hang-storage')
    await sleep(1_000)
    const hung = await counter()
    const command = { vmUuid: vm, targetHostIp: host.address, sshTimeoutSec: 10 }

    const killed = await agent.fence(command)
    note(`io_uring on ${disk}`, killed)
    t.equal(killed.reason, 'io-in-flight')
    t.match(killed.body, {
      evidence: {
        io: { uring: 'seen', drained: 'no', devices: 'own' },
        storage: { kind: 'local', fileSystems: [fileSystem], pageCache: 'none' },
      },
    })
    t.same(await host.living(vm), [], 'nothing of it is left to see')
    const again = await agent.fence(command)
    note('the same, asked again: nobody knows what it had used', again)
    t.equal(again.reason, 'io-in-flight')
    t.match(again.body, { evidence: { io: { uring: 'not-looked', devices: 'all' } } })
    t.equal(await counter(), hung, 'the write still waits')

    await host.state('thaw-storage')
    const dead = await agent.fence({ ...command, sshTimeoutSec: 20 })
    note('the same, thawed', dead)
    t.equal(dead.reason, 'already-gone')
    const last = await counter()
    t.ok(last > hung, 'the write of the dead qemu has landed before the verdict')
    await sleep(2_000)
    t.equal(await counter(), last, 'and nothing lands after it')
  })
}

test('a LUN thaws while a fence waits for it', async (t) => {
  const agent = await startLabAgent(t)
  const host = await bootHost()
  const vm = newVmUuid()
  await host.startVm(vm, '--disk', await makeLun(host), ...uring)
  await host.state('hang-storage', vm)
  const fence = agent.fence({ vmUuid: vm, targetHostIp: host.address, sshTimeoutSec: 30 })
  let hasAnswered = false
  void fence.finally(() => {
    hasAnswered = true
  })
  await sleep(4_000)
  t.notOk(hasAnswered, 'it waits')
  await host.state('thaw-storage')
  const dead = await fence
  note('io_uring on a LUN that thaws in time', dead)
  t.equal(dead.reason, 'destroyed')
  t.match(dead.body, { evidence: { io: { uring: 'seen', drained: 'yes', devices: 'own' } } })
  const last = await lab('vm', 'counter', host.name, vm)
  await sleep(2_000)
  t.equal(await lab('vm', 'counter', host.name, vm), last)
})

test('another device of the kernel hangs, and not the VM’s', async (t) => {
  const agent = await startLabAgent(t)
  const [host, other] = [await bootHost(), await bootHost()]
  const [vm, stranger] = [newVmUuid(), newVmUuid()]
  await host.startVm(vm, '--disk', await makeLun(host), ...uring)
  const lun = await makeLun(other)
  await other.startVm(stranger, '--disk', lun, ...uring)
  await other.state('hang-storage', stranger)
  // A host of the lab does not see the devices of others; here the two stand for one.
  const device = lun.replace('/dev/', '')
  await host.exec(`ln -s ../devices/virtual/block/${device} /sys/block/`)
  t.match((await host.exec(`cat /sys/block/${device}/inflight`)).text, /[1-9]/, 'it shows')

  const answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address, sshTimeoutSec: 10 })
  note('io_uring, another LUN hangs', answer)
  t.equal(answer.reason, 'destroyed')
  t.match(answer.body, { evidence: { io: { uring: 'seen', drained: 'yes', devices: 'own' } } })
  t.same(await host.living(vm), [])
  await other.state('thaw-storage')
})

/**
 * A VM whose image lies, through the page cache, on an ext4 on a LUN that other hosts could mount.
 */
const startOnSharedFs = async (host: LabHost, vm: string): Promise<() => Promise<number>> => {
  const { directory, backing } = await mountLun(host)
  // The guest has no word for a flush, so that qemu under any other cache mode would flush every
  // write.
  await host.startVm(vm, '--disk', directory, '--cache', 'unsafe')
  await host.exec(`sync -f ${directory}`)
  return async () => await storedCounter(backing, vm)
}

const shared = { sharedFileSystems: ['ext4'] }
const dirty = { storage: { kind: 'local', fileSystems: ['ext4'], pageCache: 'may-hold-dirty' } }

test('a page cache that holds writes for shared storage: told', async (t) => {
  const agent = await startLabAgent(t, shared)
  const host = await bootHost()
  const vm = newVmUuid()
  const stored = await startOnSharedFs(host, vm)
  await sleep(1_000)
  const answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address })
  note('a dirty page cache, policy report', answer)
  t.equal(answer.reason, 'destroyed')
  t.match(answer.body, { evidence: dirty })
  const last = await stored()
  await host.exec('sync -f /srv/shared')
  t.ok((await stored()) > last, 'this is what the evidence says: it was written after the verdict')
})

test('the same, refused', async (t) => {
  const agent = await startLabAgent(t, { ...shared, pageCache: 'refuse' })
  const host = await bootHost()
  const vm = newVmUuid()
  await startOnSharedFs(host, vm)
  const answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address })
  note('a dirty page cache, policy refuse', answer)
  t.equal(answer.reason, 'page-cache-dirty')
  t.match(answer.body, { evidence: dirty })
  t.same(await host.living(vm), [], 'killed all the same')
})

test('the same, flushed', async (t) => {
  const agent = await startLabAgent(t, { ...shared, pageCache: 'flush' })
  const host = await bootHost()
  const vm = newVmUuid()
  const stored = await startOnSharedFs(host, vm)
  const first = await stored()
  await sleep(1_000)
  const answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address })
  note('a dirty page cache, policy flush', answer)
  t.equal(answer.reason, 'destroyed')
  t.match(answer.body, { evidence: { storage: { pageCache: 'flushed' } } })
  const last = await stored()
  t.ok(last > first, 'written before the verdict')
  await host.exec('sync -f /srv/shared')
  t.equal(await stored(), last, 'and nothing after it')
})

test('a block device that somebody else holds open is not written when its qemu is gone', async (t) => {
  const agent = await startLabAgent(t, { pageCache: 'flush' })
  const host = await bootHost()
  const vm = newVmUuid()
  const lun = await makeLun(host)
  const holder = openSync(lun, 'r')
  t.teardown(() => {
    closeSync(holder)
  })
  await host.startVm(vm, '--disk', lun, '--cache', 'unsafe')
  const counter = async (): Promise<number> => Number(await lab('vm', 'counter', host.name, vm))
  await sleep(2_000)
  t.equal(await counter(), 0, 'all that the guest wrote waits in the page cache')
  const answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address })
  note('a block device under the page cache, held open, policy flush', answer)
  t.equal(answer.reason, 'destroyed')
  t.match(answer.body, { evidence: { storage: { fileSystems: ['block'], pageCache: 'flushed' } } })
  const last = await counter()
  t.ok(last > 0, 'written before the verdict')
  await run('sync', [lun])
  t.equal(await counter(), last, 'and nothing after it')
})

test('a flush that hangs is refused until it has ended', async (t) => {
  const agent = await startLabAgent(t, { ...shared, pageCache: 'flush' })
  const host = await bootHost()
  const vm = newVmUuid()
  const stored = await startOnSharedFs(host, vm)
  const first = await stored()
  await host.state('hang-storage')
  await sleep(1_000)
  const command = { vmUuid: vm, targetHostIp: host.address, sshTimeoutSec: 10 }
  const hung = await agent.fence(command)
  note('a dirty page cache on a hung LUN, policy flush', hung)
  t.equal(hung.reason, 'page-cache-dirty')
  t.match(hung.body, { evidence: { storage: { pageCache: 'not-flushed' } } })
  t.same(await host.living(vm), [])
  t.equal(await stored(), first)
  await host.state('thaw-storage')
  const dead = await agent.fence({ ...command, sshTimeoutSec: 20 })
  note('the same, thawed', dead)
  t.equal(dead.reason, 'already-gone')
  t.match(dead.body, { evidence: { storage: { pageCache: 'flushed' } } })
  const last = await stored()
  t.ok(last > first)
  await host.exec('sync -f /srv/shared')
  t.equal(await stored(), last)
  for (const line of table) t.comment(line)
})
