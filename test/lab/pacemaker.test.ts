/**
 * Pacemaker's own fencer as the judge of our fence agent: real devices, real VMs, and the truth
 * from outside.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import tap, { test } from 'tap'
import type { Test } from 'tap'
import {
  schema,
  startCluster,
  withoutCorosync,
  withoutFencer,
  withoutSchema,
} from '../fixtures/lab/cluster.ts'
import type { Cluster } from '../fixtures/lab/cluster.ts'
import { bootHost, lab, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'
import { startLabPeer } from '../fixtures/lab/lab-peer.ts'

tap.setTimeout(600_000)

const startPeer = async (t: Test, witness: LabHost) => {
  const { agent, socket } = await startLabPeer(t, witness)
  const file = join(agent.directory, 'journal.jsonl')
  return {
    via: `unix:${socket}`,
    /** The verdicts on a VM, in their order. */
    verdicts: (vm: string): readonly string[] =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.includes(vm) && line.includes('"outcome"'))
        .map((line) => String((JSON.parse(line) as { reason?: unknown }).reason)),
  }
}

/** Runs it, and shows it as it was typed. */
const typed = async (t: Test, { admin }: Cluster, ...args: readonly string[]) => {
  const { code, text } = await admin(...args)
  t.comment(`$ stonith_admin ${args.join(' ')}\n${text === '' ? '' : `${text}\n`}exit ${code}`)
  return { code, text }
}

/** A VM whose qemu cannot end. */
const startUnkillable = async (host: LabHost): Promise<string> => {
  const [vm, disk] = [newVmUuid(), await lab('storage', 'make', host.name)]
  await host.startVm(vm, '--disk', disk, '--cache', 'writethrough', '--aio', 'threads')
  await host.state('hang-storage', vm)
  return vm
}

test('its metadata', { skip: withoutSchema }, async (t) => {
  const cluster = await startCluster(t, 'stand-alone')
  const judge = (from: string) => `${from} | xmllint --noout --relaxng ${schema} - 2>&1`
  const ours = await cluster.run('sh', '-c', judge('fence_peerfence -o metadata'))
  t.match(ours, { code: 0, text: /validates/ }, 'metadata.rng of fence-agents takes it')
  const spoilt = judge('fence_peerfence -o metadata | sed s/shortdesc/shortdsc/g')
  t.not((await cluster.run('sh', '-c', spoilt)).code, 0)
  const told = await cluster.admin('--metadata', '--agent', 'fence_peerfence')
  t.match(told, { code: 0, text: /unreachable_is_off/ })
})

test('alone', { skip: withoutFencer }, async (t) => {
  const [host, witness] = [await bootHost(), await bootHost('--no-libvirt')]
  const gone = await bootHost('--no-libvirt')
  const { via, verdicts } = await startPeer(t, witness)
  const cluster = await startCluster(t, 'stand-alone')
  const device = { ip: host.address, via }
  const fence = async (t: Test, target: string, sec = 30) =>
    await typed(t, cluster, '--fence', target, '--timeout', String(sec))

  await t.test('validate and monitor', async (t) => {
    const validate = ['--validate', '--agent', 'fence_peerfence', '--option', `via=${via}`]
    t.equal((await typed(t, cluster, ...validate, '--option', `ip=${host.address}`)).code, 0)
    t.not((await typed(t, cluster, ...validate)).code, 0, 'without a host')
    const ip = ['--option', `ip=${host.address}`, '--option', 'timeout=0']
    t.not((await typed(t, cluster, ...validate, ...ip)).code, 0, 'without time')
    await cluster.register('kvm', { ...device, pcmk_host_list: 'none' })
    t.equal((await typed(t, cluster, '--query', 'kvm')).code, 0)
    await cluster.register('lost', { ...device, via: 'unix:/none', pcmk_host_list: 'none' })
    t.not((await typed(t, cluster, '--query', 'lost')).code, 0, 'with no agent there')
  })

  await t.test('a VM that can be killed', async (t) => {
    const vm = newVmUuid()
    await host.startVm(vm)
    await cluster.register('web', { ...device, pcmk_host_map: `web:${vm}` })
    t.equal((await fence(t, 'web')).code, 0)
    t.same(await host.living(vm), [], 'which is true')
    t.same(verdicts(vm), ['destroyed'])
    t.equal((await fence(t, 'web')).code, 0, 'and again: it is still dead')
    t.same(verdicts(vm), ['destroyed', 'already-gone'])
  })

  await t.test('by its name in vm_map, and off for reboot', async (t) => {
    const vm = newVmUuid()
    await host.startVm(vm)
    await cluster.register('named', { ...device, vm_map: `mail:${vm}` })
    t.match(await typed(t, cluster, '--list-targets', 'named'), { code: 0, text: /mail/ })
    t.equal((await typed(t, cluster, '--reboot', 'mail', '--timeout', '30')).code, 0)
    t.same(await host.living(vm), [])
    t.match(await cluster.log(), /Remapping 'reboot' action.*off|'off' \[\d+\] targeting mail/)
  })

  await t.test('a VM that cannot be killed', async (t) => {
    const vm = await startUnkillable(host)
    const options = { ...device, timeout: '6', unreachable_is_off: '1', pcmk_off_retries: '1' }
    await cluster.register('hung', { ...options, pcmk_host_map: `hung:${vm}` })
    t.not((await fence(t, 'hung')).code, 0)
    t.not((await host.living(vm)).length, 0, 'which is true')
    t.same(new Set(verdicts(vm)), new Set(['unkillable']))
    t.match(await cluster.log(), /targeting hung using hung returned 1/)
    await lab('storage', 'thaw', host.name)
  })

  await t.test('a host without any network', async (t) => {
    await gone.state('link-down')
    const [vm, options] = [newVmUuid(), { ip: gone.address, via, pcmk_off_retries: '1' }]
    await cluster.register('silent', { ...options, pcmk_host_map: `silent:${vm}` })
    t.not((await fence(t, 'silent')).code, 0, 'silence is no death')
    t.same(verdicts(vm), ['every-address-silent'])
    const risky = { ...options, unreachable_is_off: '1' }
    await cluster.register('risky', { ...risky, pcmk_host_map: `risky:${vm}` })
    t.equal((await fence(t, 'risky')).code, 0, 'unless somebody wants it to be')
  })

  await t.test('every host on which it may run', async (t) => {
    const [vm, both] = [newVmUuid(), `${witness.address},${host.address}`]
    await host.startVm(vm)
    const wide = { via, ip: both, pcmk_host_map: `wide:${vm}` }
    await cluster.register('wide', wide)
    t.equal((await fence(t, 'wide')).code, 0)
    t.same(await host.living(vm), [])
    t.same([...verdicts(vm)].toSorted(), ['already-gone', 'destroyed'])
    await cluster.register('part', {
      ...wide,
      ip: `${host.address},${gone.address}`,
      pcmk_host_map: `part:${vm}`,
    })
    t.not((await fence(t, 'part')).code, 0, 'where one of them is silent it may run there')
  })

  await t.test('only where it was seen, if the fencer asks for its status', async (t) => {
    const vm = newVmUuid()
    await host.startVm(vm)
    const asking = { via, pcmk_host_check: 'status' }
    await cluster.register('elsewhere', { ...asking, ip: witness.address })
    t.not((await fence(t, vm)).code, 0, 'a host where it is not seen is no host to fence it on')
    await cluster.register('there', { ...asking, ip: host.address })
    t.equal((await fence(t, vm)).code, 0)
    t.same(await host.living(vm), [])
    t.same(verdicts(vm), ['destroyed'])
  })

  await t.test('a peer that does not answer in time', async (t) => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const at = silent.address()
    if (at === null || typeof at === 'string') throw new Error('no port')
    t.teardown(() => silent.close())
    const slow = { ip: host.address, via: `127.0.0.1:${at.port}`, pcmk_off_timeout: '4' }
    await cluster.register('slow', { ...slow, pcmk_host_list: newVmUuid() })
    const vm = newVmUuid()
    await cluster.register('slow', { ...slow, pcmk_host_map: `slow:${vm}` })
    const startedMs = performance.now()
    t.not((await fence(t, 'slow', 10)).code, 0)
    t.ok(performance.now() - startedMs < 30_000, 'the fencer ended it')
    t.match(await cluster.log(), /slow.*timed out|Timer expired/i)
  })

  await t.test('the same request twice', async (t) => {
    const vm = newVmUuid()
    await host.startVm(vm)
    await cluster.register('twice', { ...device, pcmk_host_map: `twice:${vm}` })
    const both = await Promise.all([fence(t, 'twice'), fence(t, 'twice')])
    t.same(
      both.map(({ code }) => code),
      [0, 0],
    )
    t.same(verdicts(vm), ['destroyed'], 'is one fence')
    t.match(await cluster.log(), /Merging fencing action 'off' targeting twice/)
  })
})

test('as a member, with the next level after our refusal', { skip: withoutCorosync }, async (t) => {
  const [host, witness] = [await bootHost(), await bootHost('--no-libvirt')]
  const { via, verdicts } = await startPeer(t, witness)
  const cluster = await startCluster(t, 'member')
  const [vm, hung] = [newVmUuid(), await startUnkillable(host)]
  await host.startVm(vm)
  const map = `web:${vm};hung:${hung}`
  const options = { ip: host.address, via, timeout: '6', pcmk_host_map: map }
  await cluster.register('kvm', options)
  await cluster.register('next', { ip: host.address, pcmk_host_list: 'web hung' })
  for (const target of ['web', 'hung']) {
    for (const [index, device] of [
      ['1', 'kvm'],
      ['2', 'next'],
    ] as const) {
      const level = ['--register-level', target, '--index', index, '--device', device]
      t.equal((await typed(t, cluster, ...level)).code, 0)
    }
  }
  t.equal((await typed(t, cluster, '--fence', 'web', '--timeout', '30')).code, 0)
  t.same(verdicts(vm), ['destroyed'])
  t.equal(cluster.nextLevelAsked(), 0, 'what is proven needs no more')
  t.equal((await typed(t, cluster, '--fence', 'hung', '--timeout', '60')).code, 0)
  t.same(new Set(verdicts(hung)), new Set(['unkillable']))
  t.equal(cluster.nextLevelAsked(), 1, 'what is refused goes to the next level')
  t.not((await host.living(hung)).length, 0, 'which is a stand-in here, and kills nothing')

  const vmAgain = newVmUuid()
  await host.startVm(vmAgain)
  await cluster.register('again', { ...options, pcmk_host_map: `again:${vmAgain}` })
  const both = await Promise.all([
    typed(t, cluster, '--fence', 'again', '--timeout', '30'),
    typed(t, cluster, '--fence', 'again', '--timeout', '30'),
  ])
  t.same(
    both.map(({ code }) => code),
    [0, 0],
  )
  t.same(verdicts(vmAgain), ['destroyed'], 'merged by the cluster, too')
  const log = await cluster.log()
  t.match(log, /Merging fencing action 'off' targeting again/)
  const told = /notice|error/
  t.comment(
    log
      .split('\n')
      .filter((line) => told.test(line))
      .map((line) => line.replace(/^.*\] \(\w+\) *\t?/, ''))
      .join('\n'),
  )
})
