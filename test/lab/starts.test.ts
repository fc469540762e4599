// spoils block devices
/**
 * What is about to be the VM, and what is it under another name, with a real libvirtd and real
 * qemu: fenced through HTTP and SSH, and held against the truth as seen from outside. The comments
 * are what came out.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import { bootHost, lab, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

tap.setTimeout(600_000)

const fence = async (t: Test, host: LabHost, vm: string, sshTimeoutSec = 20) => {
  const agent = await startAgent({
    ssh: { identityFiles: [`${process.env['LAB_DIR'] ?? ''}/client_key`] },
    suspects: { pidNamespace: 'nested' },
  })
  const answer = await agent.fence({ vmUuid: vm, targetHostIp: host.address, sshTimeoutSec })
  await agent.stop()
  t.comment(`${t.name} | ${answer.verdict} | ${answer.reason} | ${answer.tookMs} ms`)
  return answer
}

const booted = async (t: Test): Promise<LabHost> => {
  const host = await bootHost()
  t.teardown(async () => {
    await host.down()
  })
  return host
}

const background = (command: string): string =>
  `setsid bash -c '${command}' >/tmp/background.log 2>&1 </dev/null &`

/** A VM that libvirt has started once and can start again from /root/vm.xml. */
const defined = async (host: LabHost, vm: string, ...options: readonly string[]) => {
  await host.startVm(vm, ...options)
  await host.exec(`virsh dumpxml --inactive ${vm} >/root/vm.xml; virsh destroy ${vm}`)
}

const counter = async (host: LabHost, vm: string): Promise<string> =>
  await lab('vm', 'counter', host.name, vm)

test('a start that hangs in a hook is no death', async (t) => {
  const [host, vm] = [await booted(t), newVmUuid()]
  await defined(host, vm)
  await host.state('libvirtd-stop')
  const hook = '#!/bin/sh\\n[ "$2" != prepare ] || until [ -e /run/go ]; do sleep 0.5; done\\n'
  await host.exec(
    `mkdir -p /etc/libvirt/hooks; printf '${hook}' >/etc/libvirt/hooks/qemu; chmod 755 /etc/libvirt/hooks/qemu`,
  )
  await host.state('libvirtd-start')
  await host.exec('until virsh list >/dev/null 2>&1; do sleep 0.2; done')
  await host.exec(`${background('virsh create /root/vm.xml')} sleep 2`)
  const answer = await fence(t, host, vm)
  t.equal(answer.verdict, 'qemuStillAlive')
  // The hook names the VM and is called qemu: whichever doubt comes first.
  t.match(answer.reason, /^(start-not-excluded|ambiguous-process)$/, answer.summary)
  const before = await counter(host, vm)
  await host.exec('touch /run/go')
  await sleep(10_000)
  t.not(await counter(host, vm), before, 'and indeed it runs and writes in the end')
})

test('a start that hangs in its storage is ended as the VM', async (t) => {
  const [host, vm] = [await booted(t), newVmUuid()]
  await defined(host, vm, '--disk', await lab('storage', 'make', host.name))
  // So that libvirt has to change it, which hangs.
  await host.exec('chown 65534 /var/lib/storage/*.img')
  await host.state('hang-storage')
  await host.exec(`${background('virsh create /root/vm.xml')} sleep 2`)
  const answer = await fence(t, host, vm)
  t.equal(answer.reason, 'destroyed', answer.summary)
  t.match(answer.body, { evidence: { qemus: [{ by: 'libvirt-start', kill: 'sent' }] } })
  const before = await counter(host, vm)
  await host.state('thaw-storage')
  await sleep(4_000)
  t.equal((await host.exec(`pgrep -fc '[q]emu-system.*${vm}'`)).text, '0')
  t.equal(await counter(host, vm), before)
})

const qemu = (...words: readonly string[]): string =>
  background(
    `exec -a /usr/bin/kvm qemu-system-x86_64 -machine none -nodefaults -display none ${words.join(' ')}`,
  )
const untilRuns = 'until pgrep qemu-system >/dev/null; do sleep 0.2; done; sleep 1'
const running = async (host: LabHost): Promise<string> =>
  (await host.exec('pgrep -c qemu-system')).text

test('a VM whose uuid stands in -smbios alone is killed', async (t) => {
  const [host, vm] = [await booted(t), newVmUuid()]
  await host.exec(
    `${qemu('-name', 'web01,debug-threads=on', '-smbios', `type=1,uuid=${vm}`)} ${untilRuns}`,
  )
  t.equal(await running(host), '1')
  t.equal((await fence(t, host, vm)).reason, 'destroyed')
  t.equal(await running(host), '0')
})

test('a copy with the name of the VM and a uuid of its own in -smbios lives on', async (t) => {
  const [host, vm] = [await booted(t), newVmUuid()]
  await host.exec(
    `${qemu('-name', `guest=${vm}`, '-smbios', `type=1,uuid=${newVmUuid()}`)} ${untilRuns}`,
  )
  t.equal((await fence(t, host, vm)).reason, 'already-gone')
  t.equal(await running(host), '1')
})

test('a VM whose dead tasks a debugger keeps is dead', async (t) => {
  const [host, vm] = [await booted(t), newVmUuid()]
  await host.startVm(vm, '--orphan')
  await host.exec(`${background(`sleep 600 | gdb -q -p $(pgrep qemu-system)`)} sleep 4`)
  const answer = await fence(t, host, vm)
  t.match(answer.reason, /^(destroyed|zombie-only)$/, answer.summary)
  t.same(await host.living(vm), [])
})
