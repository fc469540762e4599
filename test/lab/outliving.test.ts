// spoils block devices
/**
 * Writes that outlive a qemu where nobody looked once: a helper has the disk, or the kernel has the
 * data of a connection that is in another network namespace, of a low port, or of MPTCP. The truth
 * is the guest's counter where it is stored.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import type { AgentProcess, FenceAnswer } from '../fixtures/servers/agent-process.ts'
import { bootHost, lab, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

tap.setTimeout(600_000)

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

/** A guest's image, from a VM that is never run: its path in the lab. */
const bootSector = async (host: LabHost): Promise<string> => {
  const vm = newVmUuid()
  await host.startVm(vm, '--orphan', '--paused')
  const backing = `${labDirectory}/hosts/${host.name}/vms/${vm}/backing`
  await host.exec(`kill -9 $(pgrep -f '[q]emu-system.*${vm}')`)
  return readFileSync(backing, 'utf8').trim()
}

/** The image on storage that can hang, and its counter as it is stored. */
const imageThatHangs = async (host: LabHost): Promise<() => number> => {
  await lab('storage', 'make', host.name)
  const image = `${labDirectory}/hosts/${host.name}/storage/disk.img`
  copyFileSync(await bootSector(host), image)
  await host.exec('sync -f /var/lib/storage')
  return () => readFileSync(image).readUInt32LE(512)
}

const qemu = (vm: string, disk: string, before = ''): string =>
  `${before} qemu-system-x86_64 -name guest=${vm.replaceAll('-', '')},debug-threads=on \\
    -machine pc,usb=off,memory-backend=mem -object memory-backend-memfd,id=mem,size=16M,share=on \\
    -accel tcg -m 16 -uuid ${vm} -display none -no-user-config -nodefaults -daemonize ${disk}`

const run = async (t: Test, host: LabHost, command: string): Promise<void> => {
  const { code, text } = await host.exec(command)
  t.equal(code, 0, text)
}

const moves = async (counter: () => number, fromValue: number): Promise<boolean> => {
  for (let tries = 0; tries < 50 && counter() === fromValue; tries += 1) await sleep(200)
  return counter() > fromValue
}

interface Helped {
  readonly helper: string
  readonly start: string
  readonly disk: string
}

const helped: readonly Helped[] = [
  {
    helper: 'qemu-nbd on a unix socket',
    start:
      'qemu-nbd --fork -k /run/disk.sock -f raw -t -e 4 --cache=none /var/lib/storage/disk.img',
    disk: '-blockdev driver=nbd,server.type=unix,server.path=/run/disk.sock,node-name=disk -device virtio-blk-pci,drive=disk,bootindex=1',
  },
  {
    helper: 'qemu-storage-daemon by vhost-user-blk',
    start:
      'qemu-storage-daemon --daemonize --blockdev driver=file,filename=/var/lib/storage/disk.img,node-name=disk,cache.direct=on \\\n --export type=vhost-user-blk,id=e,node-name=disk,writable=on,addr.type=unix,addr.path=/run/disk.sock',
    disk: '-chardev socket,id=c,path=/run/disk.sock -device vhost-user-blk-pci,chardev=c,bootindex=1',
  },
  {
    helper: 'qemu-storage-daemon by FUSE',
    start:
      '(test -e /dev/fuse || mknod /dev/fuse c 10 229); touch /run/disk.img; qemu-storage-daemon --daemonize --blockdev driver=file,filename=/var/lib/storage/disk.img,node-name=disk,cache.direct=on \\\n --export type=fuse,id=e,node-name=disk,mountpoint=/run/disk.img,writable=on',
    disk: '-blockdev driver=file,filename=/run/disk.img,node-name=disk -device virtio-blk-pci,drive=disk,bootindex=1',
  },
]

for (const { helper, start, disk } of helped) {
  test(`a write that ${helper} has taken over is waited for`, async (t) => {
    const agent = await startLabAgent(t)
    const host = await bootHost('--no-libvirt')
    const counter = await imageThatHangs(host)
    await run(t, host, start)
    const vm = newVmUuid()
    await run(t, host, qemu(vm, disk))
    t.ok(await moves(counter, counter()), 'the guest writes')
    await host.state('hang-storage')
    await sleep(1_500)
    const hung = counter()
    const command = { vmUuid: vm, targetHostIp: host.address, sshTimeoutSec: 6 }
    const killed = await agent.fence(command)
    note(helper, killed)
    t.equal(killed.verdict, 'qemuStillAlive', JSON.stringify(killed.body['evidence']))
    const again = await agent.fence(command)
    note(`${helper}, asked again`, again)
    t.equal(again.verdict, 'qemuStillAlive', 'a second request does not forget')
    t.equal(counter(), hung, 'nothing has landed so far')
    await host.state('thaw-storage')
    t.ok(await moves(counter, hung), 'the write lands when the storage is back')
    const dead = await agent.fence({ ...command, sshTimeoutSec: 15 })
    note(`${helper}, thawed`, dead)
    t.equal(dead.verdict, 'qemuConfirmedDead')
    const last = counter()
    await sleep(2_000)
    t.equal(counter(), last, 'and nothing lands after the verdict')
    await host.down()
  })

  test(`a VM whose disk ${helper} has is dead on a healthy host`, async (t) => {
    const agent = await startLabAgent(t)
    const host = await bootHost('--no-libvirt')
    const counter = await imageThatHangs(host)
    await run(t, host, start)
    const vm = newVmUuid()
    await run(t, host, qemu(vm, disk))
    t.ok(await moves(counter, counter()), 'the guest writes')
    const dead = await agent.fence({ vmUuid: vm, targetHostIp: host.address, sshTimeoutSec: 10 })
    note(`${helper}, healthy`, dead)
    t.equal(dead.reason, 'destroyed')
    t.match(dead.body, { evidence: { helpers: { state: 'settled' } } })
    const last = counter()
    await sleep(1_500)
    t.equal(counter(), last)
    await host.down()
  })
}

interface Connected {
  readonly how: string
  readonly port: number
  readonly before?: string
  readonly setup?: string
  readonly cut?: string
  readonly options?: string
  readonly sockets: string
}

const nft = (where: string, port: number): string =>
  `${where} nft 'add table inet cut; add chain inet cut out { type filter hook output priority 0; }; add rule inet cut out tcp dport ${port} drop'`

const connected: readonly Connected[] = [
  {
    how: 'in another network namespace',
    port: 10811,
    setup:
      'ip netns add ha; ip link add v0 type veth peer name v1 netns ha; ip addr add 10.99.0.1/24 dev v0; ip link set v0 up; ip -n ha addr add 10.99.0.2/24 dev v1; ip -n ha link set v1 up; ip -n ha route add default via 10.99.0.1; sysctl -qw net.ipv4.ip_forward=1; nft "add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; }; add rule ip nat post ip saddr 10.99.0.0/24 masquerade"; nsenter --net=/run/netns/ha sleep 600 >/dev/null 2>&1 &',
    before: 'nsenter --net=/run/netns/ha',
    cut: 'nsenter --net=/run/netns/ha',
    sockets: 'waiting',
  },
  {
    how: 'from a low port',
    port: 10812,
    setup:
      'sysctl -qw net.ipv4.ip_unprivileged_port_start=0 net.ipv4.ip_local_port_range="820 840"',
    sockets: 'waiting',
  },
  { how: 'by MPTCP', port: 10813, options: ',server.mptcp=on', sockets: 'not-known' },
]

for (const {
  how,
  port,
  before = '',
  setup = 'true',
  cut = '',
  options = '',
  sockets,
} of connected) {
  test(`a write of a qemu that is connected ${how} is in flight`, async (t) => {
    const agent = await startLabAgent(t)
    const host = await bootHost('--no-libvirt')
    const image = `${labDirectory}/nbd-${port}.img`
    copyFileSync(await bootSector(host), image)
    const args = ['-f', 'raw', '-p', String(port), '-b', '10.77.0.1', '-t', '-e', '4']
    const nbd = spawn('qemu-nbd', [...args, '--cache=writethrough', image], { stdio: 'ignore' })
    t.teardown(async () => {
      nbd.kill('SIGKILL')
      await once(nbd, 'exit')
    })
    await sleep(500)
    await run(t, host, setup)
    const vm = newVmUuid()
    const disk = `-blockdev driver=nbd,server.type=inet,server.host=10.77.0.1,server.port=${port}${options},node-name=disk -device virtio-blk-pci,drive=disk,bootindex=1`
    await run(t, host, qemu(vm, disk, before))
    if (how.includes('low')) {
      await run(t, host, 'sysctl -qw net.ipv4.ip_local_port_range="32768 60999"')
    }
    const counter = (): number => readFileSync(image).readUInt32LE(512)
    t.ok(await moves(counter, counter()), 'the guest writes over the network')
    await run(t, host, nft(cut, port))
    await sleep(1_500)
    const command = { vmUuid: vm, targetHostIp: host.address, sshTimeoutSec: 6 }
    const killed = await agent.fence(command)
    note(`NBD ${how}`, killed)
    t.equal(killed.reason, 'io-in-flight')
    t.match(killed.body, { evidence: { io: { sockets } } })
    if (sockets === 'waiting') {
      const again = await agent.fence(command)
      note(`NBD ${how}, asked again`, again)
      t.equal(again.reason, 'io-in-flight', 'a second request sees it, too')
    }
    await host.down()
  })
}

test('a buffered loop device below O_DIRECT is page cache', async (t) => {
  const agent = await startLabAgent(t, { pageCache: 'refuse', sharedFileSystems: ['ext4'] })
  const host = await bootHost('--no-libvirt')
  const lun = await lab('storage', 'lun', host.name)
  const vm = newVmUuid()
  await host.startVm(vm, '--orphan', '--disk', lun, '--cache', 'none')
  await sleep(1_500)
  const answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address, sshTimeoutSec: 10 })
  note('a buffered loop device, cache=none, policy refuse', answer)
  t.equal(answer.reason, 'page-cache-dirty')
  for (const line of table) t.comment(line)
})
