/**
 * A fire drill against real hosts with planted faults, each to be found and named; and a look at a
 * VM. The comments are the transcript.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import tap, { test } from 'tap'
import type { Test } from 'tap'
import type { DrillReport } from '../../agent/contract/reply/drill-report.ts'
import { startAgent } from '../fixtures/servers/agent-process.ts'
import { bootHost, lab, newVmUuid } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'

tap.setTimeout(600_000)

const run = promisify(execFile)
const mainFile = fileURLToPath(new URL('../../agent/main.js', import.meta.url))

const clientKey = join(process.env['LAB_DIR'] ?? '', 'client_key')

interface TestServerOptions {
  readonly peers: readonly string[]
  /** Where the login is a user without sudo. */
  readonly plain?: readonly string[]
  readonly witnesses?: readonly string[]
}

const openServer = (t: Test, { peers, plain = [], witnesses = [] }: TestServerOptions) => {
  const folder = mkdtempSync(join(tmpdir(), 'peerfence-doctor-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, 'lab-plain-password', { mode: 0o600 })
  const config = join(folder, 'peerfence.json')
  const logins = plain.length === 0 ? [] : [{ hosts: plain, user: 'plain', passwordFile }]
  writeFileSync(
    config,
    JSON.stringify({
      suspects: { pidNamespace: 'nested' },
      journal: { file: join(folder, 'journal.jsonl') },
      ssh: {
        knownHostsFile: join(folder, 'known_hosts'),
        identityFiles: [clientKey],
        logins,
      },
      doctor: { peers },
      probe: { witnesses },
    }),
  )
  const peerfence = async (...args: readonly string[]) => {
    const typed = [mainFile, ...args, '--config', config]
    let ended: { code: number; stdout: string; stderr: string }
    try {
      ended = { code: 0, ...(await run(process.execPath, typed, { timeout: 120_000 })) }
    } catch (error) {
      ended = error as typeof ended
    }
    const { code, stdout, stderr } = ended
    t.comment(`\n$ peerfence ${args.join(' ')}\n${stdout}${stderr}exit code ${code}`)
    const all = stdout.trimEnd().split('\n')
    const isOutlook = (line: string): boolean => line.startsWith('silence of ')
    return {
      code,
      out: stdout,
      /** Whose silence would not count, which comes first. */
      outlook: all.filter(isOutlook),
      lines: all.filter((line) => !isOutlook(line)),
    }
  }
  return { peerfence }
}

/** What still runs there that calls itself a qemu. */
const canaries = async ({ exec }: LabHost): Promise<string> =>
  (await exec("grep -lzx '[q]emu-kvm' /proc/[0-9]*/cmdline 2>/dev/null | wc -l")).text

test('planted faults are found and named, and a canary dies where there is none', async (t) => {
  const well = await bootHost()
  const [rekeyed, sudo, bashless] = [
    await bootHost('--no-libvirt'),
    await bootHost('--no-libvirt'),
    await bootHost('--no-libvirt'),
  ]
  const [hung, silent] = [await bootHost(), await bootHost('--no-libvirt')]
  const hosts = [well, rekeyed, sudo, bashless, hung, silent]
  const addresses = hosts.map(({ address }) => address)
  const { peerfence } = openServer(t, {
    peers: [...addresses, '10.77.0.1'],
    plain: [sudo.address],
    witnesses: [well.address],
  })

  const before = await peerfence('doctor', '--drill', '--timeout', '60')
  t.equal(before.code, 20)
  t.match(before.lines.at(-1), 'could fence 5 of 6 hosts', 'but for the login without sudo')

  await lab('host', 'rekey', rekeyed.name)
  // Not as root's own shell: that would be a login that is refused.
  await bashless.state('login-shell', 'root', '/bin/dash')
  await bashless.state('no-program', 'bash')
  await hung.state('libvirtd-hang')
  await silent.state('link-down')
  const drilled = await peerfence('doctor', '--drill', '--timeout', '60')
  t.equal(drilled.code, 20)
  const own = drilled.outlook.find((line) => line.startsWith(`silence of ${well.address}:22 `))
  t.match(own, /would not count: /, 'no host is a witness of its own silence')
  t.match(drilled.lines, [
    /ok +canary dead after \d+ ms, bash 5.*, pgrep \d.*, MaxSessions \d+, .*virsh no-such-vm, clock [+-][01] s/,
    /FAILED +host-key-changed \(at handshake\): .*The host showed SHA256:.*; known is SHA256:.*trust HOST --replace/,
    /FAILED +sudo-refused \(at run\): .*Grant the user sudo/,
    /FAILED +report-missing \(at run\): .*bash/,
    /ok +canary dead after \d+ ms, .*; but libvirt-no-answer: libvirtd does not answer/,
    /FAILED +host-silent \(at connect\): .*power/,
    /itself +left out/,
    /^could fence 2 of 6 hosts$/,
  ])
  const json = await peerfence('doctor', well.address, hung.address, '--json')
  t.equal(json.code, 0)
  t.match(JSON.parse(json.out) as DrillReport, {
    drilled: false,
    could: 2,
    of: 2,
    hosts: [{ flaws: [] }, { flaws: [{ flaw: 'libvirt-no-answer' }] }],
  })
  for (const host of [well, hung]) t.equal(await canaries(host), '0', 'and nothing is left there')
})

test('a login that does not see the processes of others', async (t) => {
  const host = await bootHost('--no-libvirt')
  // As this user it may be sudo that is missing, or the view: both are told before the day.
  await host.state('hidepid')
  const { peerfence } = openServer(t, { peers: [host.address], plain: [host.address] })
  const told = await peerfence('doctor', '--drill')
  t.equal(told.code, 20)
  t.match(told.lines.at(-1), 'could fence 0 of 1 hosts')
  t.match(told.lines[0], /FAILED +(processes-hidden|sudo-refused) /)
})

test('a look at a VM, which lives on', async (t) => {
  const host = await bootHost()
  const { peerfence } = openServer(t, { peers: [host.address] })
  const vm = newVmUuid()
  await host.startVm(vm)
  const pids = (await host.exec('pgrep -f [q]emu-system')).text
  const runs = await peerfence('status', vm, host.address, '--stand-alone')
  t.equal(runs.code, 10)
  t.equal(runs.lines[0], `runs (pid ${pids})`)
  t.not((await host.living(vm)).length, 0, 'which it does still')
  const none = await peerfence('status', newVmUuid(), host.address, '--stand-alone', '--explain')
  t.equal(none.code, 11)
  t.equal(none.lines[0], 'not seen')
})

test('an agent shows the last drill, also one that was started since', async (t) => {
  const host = await bootHost('--no-libvirt')
  const settings = {
    doctor: { peers: [host.address] },
    ssh: { identityFiles: [clientKey] },
    suspects: { pidNamespace: 'nested' },
  }
  const agent = await startAgent(settings)
  const shown = async (url: string): Promise<unknown> => await (await fetch(`${url}/doctor`)).json()
  t.same(await shown(agent.url), { kept: 'no' })
  const config = join(agent.directory, 'peerfence.json')
  await run(process.execPath, [mainFile, 'doctor', '--drill', '--config', config])
  const drill = { could: 1, of: 1, hosts: [{ host: host.address, could: 'yes' }] }
  t.match(await shown(agent.url), { kept: 'yes', drill })
  await agent.kill()
  const next = await startAgent(settings, agent.directory)
  t.teardown(async () => {
    await next.stop()
  })
  t.match(await shown(next.url), { kept: 'yes', drill })
  const metrics = await (await fetch(`${next.url}/metrics`)).text()
  t.match(metrics, /^peerfence_drill_could_fence 1$/m)
  t.match(metrics, /^peerfence_drill_could_not_fence 0$/m)
  t.comment(`\n$ curl /doctor\n${JSON.stringify(await shown(next.url))}`)
})
