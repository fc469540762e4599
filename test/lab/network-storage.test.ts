// spoils block devices
/**
 * A qemu that speaks to its storage itself: what it had written waits in the kernel when it is
 * dead.
 */
import { spawn } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import tap, { test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import { bootHost, newVmUuid } from '../fixtures/lab/lab.ts'

tap.setTimeout(120_000)

const labDirectory = process.env['LAB_DIR'] ?? ''

test('a write that waits in a dead qemu’s TCP connection is in flight', async (t) => {
  const host = await bootHost('--no-libvirt')
  const vm = newVmUuid()
  // The guest's image, from a VM that is never run.
  await host.startVm(vm, '--orphan', '--paused')
  const backing = readFileSync(
    `${labDirectory}/hosts/${host.name}/vms/${vm}/backing`,
    'utf8',
  ).trim()
  const image = `${labDirectory}/nbd.img`
  copyFileSync(backing, image)
  await host.exec(`kill -9 $(pgrep -f '[q]emu-system.*${vm}')`)
  const args = ['-f', 'raw', '-p', '10809', '-b', '10.77.0.1', '-t', '-e', '4']
  const nbd = spawn('qemu-nbd', [...args, '--cache=writethrough', image], { stdio: 'ignore' })
  t.teardown(async () => {
    nbd.kill('SIGKILL')
    await once(nbd, 'exit')
  })
  await sleep(500)
  const started = await host.exec(
    `qemu-system-x86_64 -name guest=${vm.replaceAll('-', '')},debug-threads=on -machine pc,usb=off \\
      -accel tcg -m 16 -uuid ${vm} -display none -no-user-config -nodefaults -daemonize \\
      -blockdev driver=nbd,server.type=inet,server.host=10.77.0.1,server.port=10809,node-name=disk \\
      -device virtio-blk-pci,drive=disk,bootindex=1`,
  )
  t.equal(started.code, 0, started.text)
  const counter = (): number => readFileSync(image).readUInt32LE(512)
  const first = counter()
  await sleep(3_000)
  t.ok(counter() > first, 'the guest writes over the network')

  const agent = await startAgent({
    ssh: { identityFiles: [`${labDirectory}/client_key`] },
    suspects: { pidNamespace: 'nested' },
  })
  t.teardown(async () => {
    await agent.stop()
  })
  // The storage network is cut, the management network is not.
  const cut =
    'add table inet cut; add chain inet cut out { type filter hook output priority 0; }; add rule inet cut out tcp dport 10809 drop'
  await host.exec(`nft '${cut}'`)
  await sleep(1_000)
  const command = { vmUuid: vm, targetHostIp: host.address, sshTimeoutSec: 5 }
  const killed = await agent.fence(command)
  t.match(killed, { reason: 'io-in-flight', verdict: 'qemuStillAlive' })
  t.match(killed.body, { evidence: { io: { sockets: 'waiting' } } })
  const again = await agent.fence(command)
  t.equal(again.reason, 'io-in-flight', 'a second request sees it, too')

  const before = counter()
  await host.exec('nft delete table inet cut')
  const arrived = async (): Promise<boolean> => {
    for (let tries = 0; tries < 100 && counter() === before; tries += 1) await sleep(200)
    return counter() > before
  }
  t.ok(await arrived(), 'the write of the dead qemu lands when the network is back')
  const after = await agent.fence({ ...command, sshTimeoutSec: 15 })
  t.match(after, { reason: 'already-gone', verdict: 'qemuConfirmedDead' })
  const last = counter()
  await sleep(2_000)
  t.equal(counter(), last, 'and nothing lands after the verdict')
})
