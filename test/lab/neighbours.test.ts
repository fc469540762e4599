/**
 * Real agents on a network that is cut for one of them: each asks the other to fence in its place.
 * The truth is seen from outside. The comments are what came out.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import tap from 'tap'
import type { Test } from 'tap'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import type { AgentProcess } from '../fixtures/servers/agent-process.ts'
import { bootHost, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'
import { createAuthority } from '../fixtures/values/certificates.ts'

tap.setTimeout(600_000)
// Each has hosts of its own and mostly waits.
tap.jobs = 3
const test = (name: string, body: (t: Test) => Promise<void>): void => {
  void tap.test(name, { buffered: true }, body)
}

const labFolder = process.env['LAB_DIR'] ?? ''
const own = '10.77.0.1'
const common = {
  ssh: { identityFiles: [join(labFolder, 'client_key')] },
  suspects: { pidNamespace: 'nested' },
}

/** What the suspect does to packets of the first agent, and of nobody else. */
const ban = `nft 'add table inet ban; add chain inet ban in { type filter hook input priority 0; }; add rule inet ban in ip saddr ${own} drop'`
const banArp = `nft 'add table arp ban; add chain arp ban in { type filter hook input priority 0; }; add rule arp ban in arp saddr ip ${own} drop'`

interface Scene {
  readonly suspect: LabHost
  readonly vm: string
  /** The one that is asked, and has no way to the suspect where it is banned. */
  readonly first: AgentProcess
  /** On a host of its own, with a network of its own. */
  readonly second: AgentProcess
  readonly fence: (sec?: number) => Promise<Said>
}

interface Said {
  readonly verdict: string
  readonly reason: string
  readonly tookMs: number
  readonly by: string
  readonly told: string
  /** By whichever of them. */
  readonly killed: string
}

interface SceneOptions {
  /** Whether the second agent knows the host by its key, as after a drill. */
  readonly isKnown?: boolean
  /** Whether the second has the first for a neighbour, too. */
  readonly isMutual?: boolean
  readonly passedOn?: 'accept' | 'refuse'
}

const scene = async (
  t: Test,
  { isKnown = true, isMutual = false, passedOn = 'accept' }: SceneOptions = {},
): Promise<Scene> => {
  const [suspect, there] = [await bootHost('--no-libvirt'), await bootHost('--no-libvirt')]
  const authority = createAuthority()
  const mine = authority.issue('first', [`IP:${own}`], 'clientAuth')
  const theirs = authority.issue('second', [`IP:${there.address}`], 'serverAuth')
  const theirsAsCaller = authority.issue('second', [], 'clientAuth')
  const mineAsServer = authority.issue('first', [`IP:${own}`], 'serverAuth')
  const guarded = (at: string, { certificateFile, keyFile }: typeof mine) => ({
    at,
    passedOn,
    tls: { certificateFile, keyFile, clientCaFile: authority.caFile },
  })
  const neighbour = (url: string, { certificateFile, keyFile }: typeof mine) => ({
    url,
    caFile: authority.caFile,
    certificateFile,
    keyFile,
  })
  // A port of its own for each scene: the first agents share an address.
  const port = 7200 + Number(there.address.split('.')[3])
  const loopback = { at: '127.0.0.1:0' }
  const first = await startAgent({
    ...common,
    http: { listeners: [loopback, guarded(`${own}:${port}`, mineAsServer)] },
    neighbours: { agents: [neighbour(`https://${there.address}:7171`, mine)] },
    probe: { witnesses: [there.address], silenceSec: 4 },
  })
  const init = readFileSync(join(labFolder, 'hosts', there.name, 'init.pid'), 'utf8').trim()
  const second = await startAgent(
    {
      ...common,
      http: { listeners: [loopback, guarded(`${there.address}:7171`, theirs)] },
      neighbours: isMutual ? { agents: [neighbour(`https://${own}:${port}`, theirsAsCaller)] } : {},
      probe: { witnesses: [own], silenceSec: 4 },
    },
    undefined,
    ['nsenter', `--net=/proc/${init}/ns/net`],
  )
  t.teardown(async () => {
    await Promise.all([first.stop(), second.stop().catch(() => undefined)])
    await Promise.all([suspect.down(), there.down()])
    authority.remove()
  })
  if (isKnown) {
    const { text } = await suspect.exec('cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')
    second.trust(`${suspect.address} ${text}`)
  }
  const vm = newVmUuid()
  await suspect.startVm(vm, '--orphan')
  return {
    suspect,
    vm,
    first,
    second,
    fence: async (sshTimeoutSec = 25) => {
      const command = { vmUuid: vm, targetHostIp: suspect.address, sshTimeoutSec }
      const { verdict, reason, tookMs, body } = await first.fence(command)
      const { by, evidence, killed } = body as {
        killed: { is: string }
        by?: { agentId: string }
        evidence: { contact?: { neighbours?: readonly { said: string; because: string }[] } }
      }
      const asked = evidence.contact?.neighbours ?? []
      const told = asked.map(({ said, because }) => `${said}: ${because}`).join('; ')
      t.comment([t.name, verdict, reason, told, `${tookMs} ms`].join(' | '))
      return { verdict, reason, tookMs, by: by?.agentId ?? '', told, killed: killed.is }
    },
  }
}

/** Intents of fences in the journal of an agent. */
const intents = (agent: AgentProcess): number =>
  agent
    .written()
    .journal.split('\n')
    .filter((line) => line.includes('"type":"intent"')).length

test('the suspect bans the peer, and not the other', async (t) => {
  const { suspect, vm, fence, second } = await scene(t)
  await suspect.exec(ban)
  const { verdict, reason, by } = await fence()
  t.equal(verdict, 'qemuConfirmedDead')
  t.equal(reason, 'destroyed')
  t.equal(by, readFileSync(join(second.directory, 'agent-id'), 'utf8').trim(), 'by the other')
  t.same(await suspect.living(vm), [])
})

test('the peer sees silence through and through, and the other proves', async (t) => {
  const { suspect, vm, fence } = await scene(t)
  await suspect.exec(`${ban}; ${banArp}`)
  t.equal((await fence()).reason, 'destroyed')
  t.same(await suspect.living(vm), [])
})

test('silence here, and there the host answers and lets nobody in', async (t) => {
  const { suspect, vm, fence } = await scene(t)
  await suspect.state('sshd-stop')
  await suspect.exec(`${ban}; ${banArp}`)
  const { verdict, reason } = await fence()
  t.equal(verdict, 'qemuStillAlive')
  t.equal(reason, 'heard-by-neighbour')
  t.ok((await suspect.living(vm)).length > 0)
})

test('silent to both', async (t) => {
  const { suspect, fence } = await scene(t)
  await suspect.state('link-down')
  const { verdict, reason, told } = await fence()
  t.equal(verdict, 'targetHostUnreachable')
  t.equal(reason, 'every-address-silent')
  t.match(told, /^words: /, 'the silence of another adds nothing')
})

test('a death on a host that the other does not know is not believed', async (t) => {
  const { suspect, vm, fence } = await scene(t, { isKnown: false })
  await suspect.exec(ban)
  const { verdict, killed } = await fence()
  t.equal(verdict, 'qemuStillAlive')
  t.equal(killed, 'yes', 'though it is true, and said')
  t.same(await suspect.living(vm), [])
})

test('a listener that takes no such fences', async (t) => {
  const { suspect, vm, fence, second } = await scene(t, { passedOn: 'refuse' })
  await suspect.exec(ban)
  const { verdict, told } = await fence()
  t.equal(verdict, 'qemuStillAlive')
  t.match(told, /FENCE_PASSED_ON_NOT_TAKEN/)
  t.equal(intents(second), 0)
  t.ok((await suspect.living(vm)).length > 0)
})

test('each is the neighbour of the other, and the host bans both', async (t) => {
  const { suspect, vm, fence, first, second } = await scene(t, { isMutual: true })
  await suspect.exec(
    "nft 'add table inet ban; add chain inet ban in { type filter hook input priority 0; }; add rule inet ban in tcp dport 22 drop'",
  )
  t.equal((await fence()).verdict, 'qemuStillAlive')
  t.equal(intents(first), 1, 'it does not come back')
  t.equal(intents(second), 1)
  t.ok((await suspect.living(vm)).length > 0)
})

test('the other ends in mid-fence', async (t) => {
  const { suspect, fence, second } = await scene(t)
  await suspect.exec(ban)
  // The fence there waits for it until it is ended.
  await suspect.state('sshd-hang')
  const fencing = fence(20)
  for (let tries = 0; tries < 100 && intents(second) === 0; tries += 1) await sleep(100)
  await second.kill()
  await suspect.state('sshd-resume')
  const { verdict, told } = await fencing
  t.equal(verdict, 'qemuStillAlive')
  t.match(told, /^words: /)
})

test('nothing is asked of another where the own way is good', async (t) => {
  const { suspect, vm, fence, second } = await scene(t)
  const { reason, by } = await fence()
  t.equal(reason, 'destroyed')
  t.equal(by, '')
  t.equal(intents(second), 0)
  t.same(await suspect.living(vm), [])
})
