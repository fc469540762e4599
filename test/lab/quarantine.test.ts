/**
 * Dead stays dead, with a real libvirtd, its hook as the package places it, and real qemu: whatever
 * starts a VM on its suspect once it was fenced there. The truth is the counter that the guest
 * writes to its disk. The comments are what came out.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import tap from 'tap'
import type { Test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import type { AgentProcess, FenceAnswer } from '../fixtures/servers/agent-process.ts'
import { bootHost, lab, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

tap.setTimeout(600_000)
// Each has hosts of its own and mostly waits.
tap.jobs = 3
const test = (name: string, body: (t: Test) => Promise<void>): void => {
  void tap.test(name, { buffered: true, jobs: 2 }, body)
}

const run = promisify(execFile)
const mainFile = fileURLToPath(new URL('../../agent/main.js', import.meta.url))
const packaged = fileURLToPath(new URL('../../../packaging/common/', import.meta.url))
const clientKey = join(process.env['LAB_DIR'] ?? '', 'client_key')
const ssh = { identityFiles: [clientKey] }
const hook = '/etc/libvirt/hooks/qemu.d/peerfence'

/** What an operator's own hook is: it notes each of its calls, and may be told to wait. */
const ownHook = [
  '#!/bin/sh',
  'echo "$1 $2" >>/run/own-hook',
  '[ "$2" != prepare ] || [ ! -e /run/wait ] || until [ -e /run/go ]; do sleep 0.1; done',
  '',
].join('\n')

interface Scene {
  readonly host: LabHost
  readonly agent: AgentProcess
  readonly fence: (vm: string) => Promise<FenceAnswer & { readonly quarantine: string }>
  /** What the drill says of the quarantine: the flaw, or that there is none. */
  readonly drill: () => Promise<string>
  readonly sh: (command: string) => Promise<string>
  readonly counter: (vm: string) => Promise<string>
}

interface Drilled {
  readonly could: number
  readonly hosts: readonly { readonly flaws: readonly { readonly flaw: string }[] }[]
}

const copy = async (host: LabHost, text: string, to: string): Promise<void> => {
  const encoded = Buffer.from(text).toString('base64')
  await host.exec(
    `mkdir -p ${to.replace(/\/[^/]*$/, '')}; base64 -d <<<${encoded} >${to}; chmod 755 ${to}`,
  )
}

const scene = async (
  t: Test,
  { quarantineSec = 60, isPlaced = true, ownPlace = '/etc/libvirt/hooks/qemu' } = {},
): Promise<Scene> => {
  const host = await bootHost()
  t.teardown(host.down)
  const suspects = { pidNamespace: 'nested', quarantineSec }
  const agent = await startAgent({ ssh, suspects })
  t.teardown(agent.stop)
  const sh = async (command: string): Promise<string> => (await host.exec(command)).text
  if (isPlaced) {
    await host.state('libvirtd-stop')
    await sh(`mkdir -p /usr/libexec/peerfence /run/peerfence-quarantine`)
    for (const name of ['libvirt-hook', 'place-hook']) {
      const text = await readFile(join(packaged, `${name}.sh`), 'utf8')
      await copy(host, text, `/usr/libexec/peerfence/${name}`)
    }
    await sh('/usr/libexec/peerfence/place-hook')
    await copy(host, ownHook, ownPlace)
    await startLibvirt(host)
  }
  const drillOnce = async (): Promise<Drilled> => {
    const words = ['doctor', host.address, '--drill', '--json', '--timeout', '60']
    const typed = [mainFile, ...words, '--config', join(agent.directory, 'peerfence.json')]
    const { stdout } = await run(process.execPath, typed, { timeout: 120_000 }).catch(
      (error: unknown) => error as { stdout: string },
    )
    return JSON.parse(stdout) as Drilled
  }
  return {
    host,
    agent,
    sh,
    fence: async (vm) => {
      const command = { vmUuid: vm, targetHostIp: host.address, sshTimeoutSec: 20 }
      const answer = await agent.fence(command)
      const { evidence } = answer.body as { evidence: { quarantine?: { state: string } } }
      const quarantine = evidence.quarantine?.state ?? 'not told'
      const words = [answer.verdict, answer.reason, quarantine, `${answer.tookMs} ms`]
      t.comment([t.name, ...words].join(' | '))
      return { ...answer, quarantine }
    },
    drill: async () => {
      let report = await drillOnce()
      // It may go on trying its qemus for a while.
      for (let tries = 0; tries < 10 && report.could !== 1; tries += 1) {
        await sleep(1_000)
        report = await drillOnce()
      }
      const flaws = report.hosts.flatMap((one) => one.flaws.map(({ flaw }) => flaw))
      return report.could === 1
        ? flaws.filter((flaw) => flaw.startsWith('quarantine')).join(' ')
        : `could not fence: ${JSON.stringify(report)}`
    },
    counter: async (vm) => await lab('vm', 'counter', host.name, vm),
  }
}

const startLibvirt = async (host: LabHost): Promise<void> => {
  await host.state('libvirtd-start')
  await host.exec('until virsh list >/dev/null 2>&1; do sleep 0.2; done')
  await host.exec(calm)
}

/** A daemon that has just started tries its qemus, and each of them dies as one without a name. */
const calm =
  'n=0; while [ $n -lt 5 ]; do [ "$(pgrep -c qemu-system)" = 0 ] && n=$((n + 1)) || n=0; sleep 0.2; done'

/** As the lab names it. */
const nameOf = (vm: string): string => vm.replaceAll('-', '')
const definition = (vm: string): string => `/etc/libvirt/lab-${vm}.xml`

/** Whether the guest writes: two looks at what it has counted to. */
const writes = async ({ counter }: Scene, vm: string): Promise<boolean> => {
  const before = await counter(vm)
  for (let looks = 0; looks < 20; looks += 1) {
    await sleep(250)
    if ((await counter(vm)) !== before) return true
  }
  return false
}

test('a VM that was fenced does not start for its time, and any other does', async (t) => {
  const at = await scene(t, { quarantineSec: 8 })
  const { host, fence, drill, sh } = at
  t.equal(await drill(), '', 'the daemon obeys')
  const [vm, other] = [newVmUuid(), newVmUuid()]
  await host.startVm(vm)
  const answer = await fence(vm)
  t.equal(answer.reason, 'destroyed', answer.summary)
  t.equal(answer.quarantine, 'proven')
  for (const way of [`create ${definition(vm)}`, `define ${definition(vm)}`, `start ${vm}`]) {
    const said = await sh(`virsh ${way} 2>&1`)
    if (way.startsWith('define')) t.match(said, /defined from/, 'whoever defines it starts nothing')
    else t.match(said, /was fenced on this host and is in quarantine for \d+ s more/)
  }
  t.notOk(await writes(at, vm))
  await host.startVm(other, '--name', vm)
  t.ok(await writes(at, other), 'another VM that bears its uuid as its name')
  t.match(
    await sh('cat /run/own-hook'),
    new RegExp(`${nameOf(vm)} stopped`),
    "the operator's own hook runs",
  )
  await sh(`virsh destroy ${other}`)
  await sh(
    `virsh undefine ${vm}; for try in $(seq 100); do virsh -q create ${definition(vm)} && break; sleep 0.3; done`,
  )
  t.ok(await writes(at, vm), 'and it starts once that is over')
})

test('a start that waits in the socket of a stopped daemon', async (t) => {
  const at = await scene(t)
  const { host, fence, drill, sh } = at
  t.equal(await drill(), '')
  const vm = newVmUuid()
  await host.startVm(vm)
  await sh(`virsh define ${definition(vm)}`)
  await host.state('libvirtd-hang')
  const answer = await fence(vm)
  t.equal(answer.reason, 'destroyed', answer.summary)
  await sh(`setsid virsh start ${vm} >/run/started 2>&1 </dev/null & sleep 1`)
  await host.state('libvirtd-resume')
  await sh('until [ -s /run/started ]; do sleep 0.2; done')
  t.notOk(await writes(at, vm), await sh('cat /run/started'))
  const started = await sh(`virsh start ${vm} 2>&1`)
  t.match(started, /in quarantine/, 'the same, asked again')
  t.notOk(await writes(at, vm))
})

/** Where the start hangs, in an operator's own hook: asked before ours or after it. */
const hanging: readonly (readonly [string, string, boolean])[] = [
  ['as the one script', '/etc/libvirt/hooks/qemu', false],
  ['as the one script, drilled', '/etc/libvirt/hooks/qemu', true],
  ['before ours', '/etc/libvirt/hooks/qemu.d/00-own', false],
  ['before ours, drilled', '/etc/libvirt/hooks/qemu.d/00-own', true],
  ['after ours', '/etc/libvirt/hooks/qemu.d/zz-own', false],
  ['after ours, drilled', '/etc/libvirt/hooks/qemu.d/zz-own', true],
]

test('a create that hangs in a hook', async (t) => {
  const playing = hanging.map(
    async ([name, place, isDrilled]) =>
      await t.test(name, { buffered: true }, async (t) => {
        const at = await scene(t, { ownPlace: place })
        const { host, fence, drill, sh } = at
        if (isDrilled) t.equal(await drill(), '')
        const vm = newVmUuid()
        await host.startVm(vm)
        await sh(`virsh destroy ${vm}; touch /run/wait`)
        await sh(`setsid virsh create ${definition(vm)} >/run/created 2>&1 </dev/null & sleep 2`)
        const { verdict, quarantine } = await fence(vm)
        await sh('touch /run/go; until [ -s /run/created ]; do sleep 0.2; done')
        const isRunning = await writes(at, vm)
        t.comment(`${t.name} | ${verdict} | ${isRunning ? 'runs' : 'held'}`)
        // Either may be, but not both at once.
        t.notOk(verdict !== 'qemuStillAlive' && isRunning, 'dead, and it writes')
        if (quarantine === 'taken-back') t.ok(isRunning, 'and what is refused may start')
      }),
  )
  await Promise.all(playing)
})

test('the daemon starts anew, with a VM that starts by itself', async (t) => {
  const at = await scene(t)
  const { host, fence, drill, sh } = at
  t.equal(await drill(), '')
  const vm = newVmUuid()
  await host.startVm(vm)
  await sh(`virsh define ${definition(vm)}; virsh autostart ${vm}`)
  t.equal((await fence(vm)).reason, 'destroyed')
  await host.state('libvirtd-stop')
  await sh('rm -f /run/libvirt/qemu/autostarted')
  await startLibvirt(host)
  t.notOk(await writes(at, vm), 'it is held')
  t.match(
    await sh('cat /run/own-hook'),
    new RegExp(`${nameOf(vm)} prepare`),
    'and was about to start',
  )
  const again = await fence(vm)
  t.equal(again.reason, 'already-gone', again.summary)
  t.equal(again.quarantine, 'set', 'of this daemon no drill has shown anything')
})

test('a VM that was put to sleep on its disk', async (t) => {
  const at = await scene(t)
  const { host, fence, drill, sh } = at
  t.equal(await drill(), '')
  const vm = newVmUuid()
  await host.startVm(vm)
  await sh(`virsh define ${definition(vm)}`)
  t.match(await sh(`virsh managedsave ${vm} 2>&1`), /state saved/)
  const answer = await fence(vm)
  t.equal(answer.reason, 'already-gone', answer.summary)
  t.equal(answer.quarantine, 'proven')
  t.match(await sh(`virsh start ${vm} 2>&1`), /in quarantine/)
  t.notOk(await writes(at, vm))
  t.match(
    await sh(`virsh dominfo ${vm}`),
    /Managed save: +yes/,
    'and what it slept with is still there',
  )
})

test('a VM that comes back by migration', async (t) => {
  const { host, fence, drill } = await scene(t)
  t.equal(await drill(), '')
  const vm = newVmUuid()
  await host.startVm(vm)
  t.equal((await fence(vm)).quarantine, 'proven')
  const other = await bootHost()
  t.teardown(other.down)
  await other.startVm(vm)
  await copy(other, await readFile(clientKey, 'utf8'), '/root/.ssh/id_ed25519')
  const command = 'ssh -o StrictHostKeyChecking=no -o BatchMode=yes'
  const { text } = await other.exec(
    `chmod 600 /root/.ssh/id_ed25519; ${command} ${host.address} true; virsh migrate --live --unsafe ${vm} qemu+ssh://${host.address}/system 2>&1`,
  )
  t.match(text, /was fenced on this host and is in quarantine/)
  t.same(await host.living(vm), [])
  t.ok((await other.living(vm)).length > 0, 'and it goes on where it was')
})

test('hosts whose quarantine does not hold say so', async (t) => {
  await t.test('no package', async (t) => {
    const { host, fence, drill } = await scene(t, { isPlaced: false })
    t.equal(await drill(), 'quarantine-no-hook')
    const vm = newVmUuid()
    await host.startVm(vm)
    const answer = await fence(vm)
    t.equal(answer.reason, 'destroyed')
    t.equal(answer.quarantine, 'no-hook')
  })
  await t.test('a hook that came after the daemon', async (t) => {
    const at = await scene(t, { isPlaced: false })
    const { host, fence, drill, sh } = at
    await sh('mkdir -p /run/peerfence-quarantine')
    await copy(host, await readFile(join(packaged, 'libvirt-hook.sh'), 'utf8'), hook)
    const told = await drill()
    const vm = newVmUuid()
    await host.startVm(vm)
    const answer = await fence(vm)
    t.equal(answer.reason, 'destroyed')
    const held = /in quarantine/.test(await sh(`virsh create ${definition(vm)} 2>&1`))
    t.comment(`a hook that came after the daemon | drill: ${told || 'obeys'} | held: ${held}`)
    t.equal(told, held ? '' : 'quarantine-not-active')
    t.equal(answer.quarantine, held ? 'proven' : 'hook-not-active')
  })
  await t.test('the hook has gone since the drill', async (t) => {
    const { host, fence, drill, sh } = await scene(t)
    t.equal(await drill(), '')
    const vm = newVmUuid()
    await host.startVm(vm)
    await sh(`rm ${hook}`)
    t.equal((await fence(vm)).quarantine, 'no-hook')
  })
  await t.test('no room in memory', async (t) => {
    const { host, fence, drill, sh } = await scene(t)
    t.equal(await drill(), '')
    const vm = newVmUuid()
    await host.startVm(vm)
    await sh(
      'mount -t tmpfs -o size=4k q /run/peerfence-quarantine; cat /dev/zero >/run/peerfence-quarantine/full',
    )
    const answer = await fence(vm)
    t.equal(answer.reason, 'destroyed', 'and the kill does not depend on it')
    t.equal(answer.quarantine, 'not-writable')
  })
})

test('many starts of others beside it, and none is held up', async (t) => {
  const at = await scene(t)
  const { host, fence, drill, sh } = at
  t.equal(await drill(), '')
  const vm = newVmUuid()
  await host.startVm(vm)
  const others = Array.from({ length: 20 }, newVmUuid)
  const xml = (uuid: string): string =>
    `<domain type="qemu"><name>o-${uuid}</name><uuid>${uuid}</uuid><memory unit="MiB">8</memory><os><type machine="pc">hvm</type></os></domain>`
  for (const uuid of others) await copy(host, xml(uuid), `/run/others/${uuid}.xml`)
  const starting = sh(
    'for f in /run/others/*.xml; do virsh -q create --paused $f >>/run/others.log 2>&1; done; cat /run/others.log',
  )
  const answer = await fence(vm)
  t.equal(answer.reason, 'destroyed', answer.summary)
  const said = await starting
  t.notMatch(said, /quarantine/)
  const prepared = await sh('grep -c prepare /run/own-hook')
  t.ok(
    Number(prepared) >= others.length,
    `${prepared} starts asked the hooks: ${said.slice(0, 500)}`,
  )
  t.match(await sh(`virsh create ${definition(vm)} 2>&1`), /in quarantine/)
})

test('a person lifts it, and the history knows both', async (t) => {
  const at = await scene(t)
  const { host, fence, drill, sh, agent } = at
  t.equal(await drill(), '')
  const vm = newVmUuid()
  await host.startVm(vm)
  t.equal((await fence(vm)).quarantine, 'proven')
  t.match(await sh(`virsh create ${definition(vm)} 2>&1`), `peerfence unfence ${vm} HOST`)
  const response = await fetch(`${agent.url}/ha/unfence/vm/from/peer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ vmUuid: vm, targetHostIp: host.address }),
  })
  t.match(await response.json(), { success: false, quarantine: 'lifted', reason: '' })
  await sh(`virsh create ${definition(vm)}`)
  t.ok(await writes(at, vm))
  const history = await (await fetch(`${agent.url}/ha/fence/history?vm=${vm}`)).json()
  t.match(history, {
    fences: [
      { action: 'unfence', quarantine: 'lifted' },
      { action: 'fence', reason: 'destroyed', quarantine: 'proven' },
    ],
  })
})

test('an entry outlives no boot that it was not kept for', async (t) => {
  const { host, fence, drill, sh } = await scene(t)
  t.equal(await drill(), '')
  const vm = newVmUuid()
  await host.startVm(vm)
  t.equal((await fence(vm)).quarantine, 'proven')
  // As of another boot: the same line with another boot id holds nobody.
  await sh("sed -i 's/ [0-9a-f]\\{8\\}-/ 00000000-/' /run/peerfence-quarantine/*.entries")
  t.notMatch(await sh(`virsh create ${definition(vm)} 2>&1`), /in quarantine/)
})
